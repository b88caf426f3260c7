import { type In, type Out, RpcError, type RpcHandlers } from '../../grpc/index.ts';
import type { Compare, Operation, StoreBackend, StoredItem } from '../backend.ts';
import type { ResponseHeader } from './header.ts';
import { KeyRange, textOf } from './key-range.ts';
import type {
  compare,
  deleteRangeRequest,
  keyValue,
  kvService,
  putRequest,
  rangeRequest,
  rangeResponse,
  requestOp,
  responseOp,
} from './messages.ts';
import { compacted, future, refusing } from './refusals.ts';

type RangeRequest = Out<typeof rangeRequest>;
type RangeResponse = In<typeof rangeResponse>;
type PutRequest = Out<typeof putRequest>;
type DeleteRangeRequest = Out<typeof deleteRangeRequest>;

/** etcd's KV service over a store. */
export function serveKv(store: StoreBackend, header: ResponseHeader): RpcHandlers<typeof kvService> {
  /** A request of a transaction: the operations it takes, and the answer made of what they gave. */
  const plan = async (request: Out<typeof requestOp>): Promise<Plan> => {
    if (request.requestPut) return planPut(request.requestPut);
    if (request.requestDeleteRange) return planDelete(store, request.requestDeleteRange);
    if (request.requestRange) return planRange(store, request.requestRange, header);
    throw new RpcError('InvalidArgument', 'this store takes no transactions within transactions');
  };

  const carryOut = async (plans: readonly Plan[], compare: readonly Compare[], otherwise: readonly Plan[]) => {
    const success = plans.flatMap((p) => p.operations);
    const failure = otherwise.flatMap((p) => p.operations);
    const { succeeded, revision, items } = await store.txn({ compare, success, failure });
    const responses: In<typeof responseOp>[] = [];
    let at = 0;
    for (const { operations, answer } of succeeded ? plans : otherwise) {
      responses.push(await answer(items.slice(at, (at += operations.length)), revision));
    }
    return { succeeded, revision, responses };
  };

  return refusing<RpcHandlers<typeof kvService>>({
    range: (request) => readRange(store, request, header),

    async put(request) {
      if (request.ignoreValue || request.ignoreLease) return putKeeping(store, request, header);
      const { revision, responses } = await carryOut([planPut(request)], [], []);
      return { ...responses[0]!.responsePut, header: header(revision) };
    },

    async deleteRange(request) {
      const { revision, responses } = await carryOut([await planDelete(store, request)], [], []);
      return { ...responses[0]!.responseDeleteRange, header: header(revision) };
    },

    async txn({ compare, success, failure }) {
      const [plans, otherwise] = await Promise.all([Promise.all(success.map(plan)), Promise.all(failure.map(plan))]);
      const { succeeded, revision, responses } = await carryOut(plans, compare.map(compareOf), otherwise);
      return { header: header(revision), succeeded, responses };
    },

    async compact({ revision }) {
      if (revision <= store.compactedRevision) throw compacted();
      if (revision > (await store.currentRevision())) throw future();
      await store.compact(revision);
      return { header: header(store.revision) };
    },
  });
}

interface Plan {
  readonly operations: readonly Operation[];
  readonly answer: (
    items: readonly (StoredItem | undefined)[],
    revision: number,
  ) => In<typeof responseOp> | Promise<In<typeof responseOp>>;
}

function planPut(request: PutRequest): Plan {
  if (request.ignoreValue || request.ignoreLease) {
    throw new RpcError('InvalidArgument', 'a transaction of this store keeps no value and no lease');
  }
  const key = textOf(request.key);
  const put = { op: 'put', key, value: request.value, lease: request.lease } as const;
  if (!request.prevKv) return { operations: [put], answer: () => ({ responsePut: {} }) };
  return {
    operations: [{ op: 'get', key }, put],
    answer: ([prev]) => ({ responsePut: { prevKv: prev && keyValueOf(prev) } }),
  };
}

/** The keys are those that are there when the request comes; one that is made while it's decided stays. */
async function planDelete(store: StoreBackend, { key, rangeEnd, prevKv }: DeleteRangeRequest): Promise<Plan> {
  const range = new KeyRange(key, rangeEnd);
  const keys = [range.from];
  if (!range.isOne) {
    keys.pop();
    for await (const item of range.read(store, await store.currentRevision())) keys.push(item.key);
  }
  return {
    operations: keys.map((k) => ({ op: 'delete', key: k })),
    answer(items) {
      const gone = items.filter((i) => i !== undefined);
      return { responseDeleteRange: { deleted: gone.length, prevKvs: prevKv ? gone.map((i) => keyValueOf(i)) : [] } };
    },
  };
}

/** One key is read within the transaction; ranges and other revisions as of the revision that it leaves. */
async function planRange(store: StoreBackend, request: RangeRequest, header: ResponseHeader): Promise<Plan> {
  const range = new KeyRange(request.key, request.rangeEnd);
  if (range.isOne && !request.revision) {
    return {
      operations: [{ op: 'get', key: range.from }],
      answer: ([item]) => ({ responseRange: answerOf(request, item ? [item] : [], item ? 1 : 0) }),
    };
  }
  return {
    operations: [],
    answer: async (_, revision) => ({
      responseRange: await readRange(store, { ...request, revision: request.revision || revision }, header),
    }),
  };
}

async function readRange(store: StoreBackend, request: RangeRequest, header: ResponseHeader): Promise<RangeResponse> {
  const range = new KeyRange(request.key, request.rangeEnd);
  const current = await store.currentRevision();
  if (request.revision > current) throw future();
  const revision = request.revision || current;
  const sorted = request.sortTarget !== 'KEY' || request.sortOrder === 'DESCEND';
  const keep = request.countOnly ? 0 : sorted || !request.limit ? Infinity : request.limit;
  const items: StoredItem[] = [];
  let count = 0;
  for await (const item of range.read(store, revision)) {
    if (++count && items.length < keep && isWithin(request, item)) items.push(item);
  }
  if (sorted) items.sort(orderOf(request));
  return { header: header(current), ...answerOf(request, items, count) };
}

function answerOf(request: RangeRequest, items: readonly StoredItem[], count: number): RangeResponse {
  if (request.countOnly) return { count };
  const shown = request.limit ? items.slice(0, request.limit) : items;
  const more = request.limit > 0 && count > request.limit;
  return { kvs: shown.map((i) => keyValueOf(i, request.keysOnly)), more, count };
}

function isWithin(r: RangeRequest, { modRevision, createRevision }: StoredItem): boolean {
  return (
    (!r.minModRevision || modRevision >= r.minModRevision) &&
    (!r.maxModRevision || modRevision <= r.maxModRevision) &&
    (!r.minCreateRevision || createRevision >= r.minCreateRevision) &&
    (!r.maxCreateRevision || createRevision <= r.maxCreateRevision)
  );
}

function orderOf({ sortOrder, sortTarget }: RangeRequest): (a: StoredItem, b: StoredItem) => number {
  const compare = {
    KEY: (a: StoredItem, b: StoredItem) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
    VERSION: (a: StoredItem, b: StoredItem) => a.version - b.version,
    CREATE: (a: StoredItem, b: StoredItem) => a.createRevision - b.createRevision,
    MOD: (a: StoredItem, b: StoredItem) => a.modRevision - b.modRevision,
    VALUE: (a: StoredItem, b: StoredItem) => Buffer.compare(a.value, b.value),
  }[sortTarget];
  return sortOrder === 'DESCEND' ? (a, b) => compare(b, a) : compare;
}

async function putKeeping(store: StoreBackend, request: PutRequest, header: ResponseHeader) {
  const key = textOf(request.key);
  for (;;) {
    const { item } = await store.get(key);
    if (!item) throw new RpcError('InvalidArgument', 'etcdserver: key not found');
    const value = request.ignoreValue ? item.value : request.value;
    const lease = request.ignoreLease ? item.lease : request.lease;
    const { succeeded, revision } = await store.txn({
      compare: [{ key, target: 'mod', is: '=', value: item.modRevision }],
      success: [{ op: 'put', key, value, lease }],
    });
    if (succeeded) return { header: header(revision), ...(request.prevKv && { prevKv: keyValueOf(item) }) };
  }
}

const signs = { EQUAL: '=', NOT_EQUAL: '!=', LESS: '<', GREATER: '>' } as const;

function compareOf(c: Out<typeof compare>): Compare {
  if (c.rangeEnd.length) throw new RpcError('InvalidArgument', 'this store compares single keys');
  const common = { key: textOf(c.key), is: signs[c.result] };
  switch (c.target) {
    case 'VERSION':
      return { ...common, target: 'version', value: c.version };
    case 'CREATE':
      return { ...common, target: 'create', value: c.createRevision };
    case 'MOD':
      return { ...common, target: 'mod', value: c.modRevision };
    case 'LEASE':
      return { ...common, target: 'lease', value: c.lease };
    case 'VALUE':
      return { ...common, target: 'value', value: c.value };
  }
}

export function keyValueOf(item: StoredItem, keysOnly = false): In<typeof keyValue> {
  const { key, value, ...numbers } = item;
  return { key: Buffer.from(key), ...(!keysOnly && { value }), ...numbers };
}
