import {
  bool,
  bothStream,
  bytes,
  int64,
  list,
  many,
  message,
  one,
  oneOf,
  rpc,
  serverStream,
  str,
  uint32,
  uint64,
} from '../../grpc/index.ts';

/** The part of etcd's v3 API that we call and serve. Without nested transactions, roles and learners, which Kubernetes doesn't use. */
const header = one(
  message('ResponseHeader', {
    clusterId: [1, uint64],
    memberId: [2, uint64],
    revision: [3, int64],
    raftTerm: [4, uint64],
  }),
);

export const keyValue = message('KeyValue', {
  key: [1, bytes],
  createRevision: [2, int64],
  modRevision: [3, int64],
  version: [4, int64],
  value: [5, bytes],
  lease: [6, int64],
});
const event = message('Event', {
  type: [1, oneOf('EventType', { PUT: 0, DELETE: 1 })],
  kv: [2, one(keyValue)],
  prevKv: [3, one(keyValue)],
});

export const rangeRequest = message('RangeRequest', {
  key: [1, bytes],
  rangeEnd: [2, bytes],
  limit: [3, int64],
  revision: [4, int64],
  sortOrder: [5, oneOf('SortOrder', { NONE: 0, ASCEND: 1, DESCEND: 2 })],
  sortTarget: [6, oneOf('SortTarget', { KEY: 0, VERSION: 1, CREATE: 2, MOD: 3, VALUE: 4 })],
  serializable: [7, bool],
  keysOnly: [8, bool],
  countOnly: [9, bool],
  minModRevision: [10, int64],
  maxModRevision: [11, int64],
  minCreateRevision: [12, int64],
  maxCreateRevision: [13, int64],
});
export const rangeResponse = message('RangeResponse', {
  header: [1, header],
  kvs: [2, many(keyValue)],
  more: [3, bool],
  count: [4, int64],
});
export const putRequest = message('PutRequest', {
  key: [1, bytes],
  value: [2, bytes],
  lease: [3, int64],
  prevKv: [4, bool],
  ignoreValue: [5, bool],
  ignoreLease: [6, bool],
});
export const putResponse = message('PutResponse', { header: [1, header], prevKv: [2, one(keyValue)] });
export const deleteRangeRequest = message('DeleteRangeRequest', {
  key: [1, bytes],
  rangeEnd: [2, bytes],
  prevKv: [3, bool],
});
export const deleteRangeResponse = message('DeleteRangeResponse', {
  header: [1, header],
  deleted: [2, int64],
  prevKvs: [3, many(keyValue)],
});

export const requestOp = message('RequestOp', {
  requestRange: [1, one(rangeRequest)],
  requestPut: [2, one(putRequest)],
  requestDeleteRange: [3, one(deleteRangeRequest)],
});
export const responseOp = message('ResponseOp', {
  responseRange: [1, one(rangeResponse)],
  responsePut: [2, one(putResponse)],
  responseDeleteRange: [3, one(deleteRangeResponse)],
});
export const compare = message('Compare', {
  result: [1, oneOf('CompareResult', { EQUAL: 0, GREATER: 1, LESS: 2, NOT_EQUAL: 3 })],
  target: [2, oneOf('CompareTarget', { VERSION: 0, CREATE: 1, MOD: 2, VALUE: 3, LEASE: 4 })],
  key: [3, bytes],
  version: [4, int64],
  createRevision: [5, int64],
  modRevision: [6, int64],
  value: [7, bytes],
  lease: [8, int64],
  rangeEnd: [64, bytes],
});
export const txnRequest = message('TxnRequest', {
  compare: [1, many(compare)],
  success: [2, many(requestOp)],
  failure: [3, many(requestOp)],
});
export const txnResponse = message('TxnResponse', {
  header: [1, header],
  succeeded: [2, bool],
  responses: [3, many(responseOp)],
});
const onlyHeader = { header: [1, header] } as const;

const servedFrom = 'etcdserverpb';

export const kvService = {
  package: servedFrom,
  name: 'KV',
  methods: {
    range: rpc('Range', rangeRequest, rangeResponse),
    put: rpc('Put', putRequest, putResponse),
    deleteRange: rpc('DeleteRange', deleteRangeRequest, deleteRangeResponse),
    txn: rpc('Txn', txnRequest, txnResponse),
    compact: rpc(
      'Compact',
      message('CompactionRequest', { revision: [1, int64], physical: [2, bool] }),
      message('CompactionResponse', onlyHeader),
    ),
  },
} as const;

export const watchCreateRequest = message('WatchCreateRequest', {
  key: [1, bytes],
  rangeEnd: [2, bytes],
  startRevision: [3, int64],
  progressNotify: [4, bool],
  filters: [5, list(oneOf('FilterType', { NOPUT: 0, NODELETE: 1 }))],
  prevKv: [6, bool],
  watchId: [7, int64],
  fragment: [8, bool],
});
export const watchRequest = message('WatchRequest', {
  createRequest: [1, one(watchCreateRequest)],
  cancelRequest: [2, one(message('WatchCancelRequest', { watchId: [1, int64] }))],
  progressRequest: [3, one(message('WatchProgressRequest', {}))],
});
export const watchResponse = message('WatchResponse', {
  header: [1, header],
  watchId: [2, int64],
  created: [3, bool],
  canceled: [4, bool],
  compactRevision: [5, int64],
  cancelReason: [6, str],
  fragment: [7, bool],
  events: [11, many(event)],
});
export const watchService = {
  package: servedFrom,
  name: 'Watch',
  methods: { watch: bothStream('Watch', watchRequest, watchResponse) },
} as const;

const leaseStatus = message('LeaseStatus', { id: [1, int64] });
export const leaseService = {
  package: servedFrom,
  name: 'Lease',
  methods: {
    leaseGrant: rpc(
      'LeaseGrant',
      message('LeaseGrantRequest', { ttl: [1, int64], id: [2, int64] }),
      message('LeaseGrantResponse', { header: [1, header], id: [2, int64], ttl: [3, int64], error: [4, str] }),
    ),
    leaseRevoke: rpc(
      'LeaseRevoke',
      message('LeaseRevokeRequest', { id: [1, int64] }),
      message('LeaseRevokeResponse', onlyHeader),
    ),
    leaseKeepAlive: bothStream(
      'LeaseKeepAlive',
      message('LeaseKeepAliveRequest', { id: [1, int64] }),
      message('LeaseKeepAliveResponse', { header: [1, header], id: [2, int64], ttl: [3, int64] }),
    ),
    leaseTimeToLive: rpc(
      'LeaseTimeToLive',
      message('LeaseTimeToLiveRequest', { id: [1, int64], keys: [2, bool] }),
      message('LeaseTimeToLiveResponse', {
        header: [1, header],
        id: [2, int64],
        ttl: [3, int64],
        grantedTtl: [4, int64],
        keys: [5, list(bytes)],
      }),
    ),
    leaseLeases: rpc(
      'LeaseLeases',
      message('LeaseLeasesRequest', {}),
      message('LeaseLeasesResponse', { header: [1, header], leases: [2, many(leaseStatus)] }),
    ),
  },
} as const;

const alarmType = oneOf('AlarmType', { NONE: 0, NOSPACE: 1, CORRUPT: 2 });
const alarmMember = message('AlarmMember', { memberId: [1, uint64], alarm: [2, alarmType] });
export const maintenanceService = {
  package: servedFrom,
  name: 'Maintenance',
  methods: {
    alarm: rpc(
      'Alarm',
      message('AlarmRequest', {
        action: [1, oneOf('AlarmAction', { GET: 0, ACTIVATE: 1, DEACTIVATE: 2 })],
        memberId: [2, uint64],
        alarm: [3, alarmType],
      }),
      message('AlarmResponse', { header: [1, header], alarms: [2, many(alarmMember)] }),
    ),
    status: rpc(
      'Status',
      message('StatusRequest', {}),
      message('StatusResponse', {
        header: [1, header],
        version: [2, str],
        dbSize: [3, int64],
        leader: [4, uint64],
        raftIndex: [5, uint64],
        raftTerm: [6, uint64],
        raftAppliedIndex: [7, uint64],
        errors: [8, list(str)],
        dbSizeInUse: [9, int64],
        isLearner: [10, bool],
      }),
    ),
    defragment: rpc('Defragment', message('DefragmentRequest', {}), message('DefragmentResponse', onlyHeader)),
    hashKv: rpc(
      'HashKV',
      message('HashKVRequest', { revision: [1, int64] }),
      message('HashKVResponse', { header: [1, header], hash: [2, uint32], compactRevision: [3, int64] }),
    ),
    snapshot: serverStream(
      'Snapshot',
      message('SnapshotRequest', {}),
      message('SnapshotResponse', { header: [1, header], remainingBytes: [2, uint64], blob: [3, bytes] }),
    ),
  },
} as const;

const member = message('Member', {
  id: [1, uint64],
  name: [2, str],
  peerUrls: [3, list(str)],
  clientUrls: [4, list(str)],
  isLearner: [5, bool],
});
export const clusterService = {
  package: servedFrom,
  name: 'Cluster',
  methods: {
    memberList: rpc(
      'MemberList',
      message('MemberListRequest', { linearizable: [1, bool] }),
      message('MemberListResponse', { header: [1, header], members: [2, many(member)] }),
    ),
  },
} as const;
