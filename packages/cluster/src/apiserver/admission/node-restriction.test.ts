import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, aNodeUser, serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
const me = aNodeUser('me');
const asNode = (method: string, path: string, body?: unknown) => scene.ask(method, path, body, { user: me });
const merge = (path: string, body: unknown) =>
  scene.ask('PATCH', path, body, { user: me, headers: { 'content-type': 'application/merge-patch+json' } });
const container = { name: 'c', image: 'i' };
const aPod = (name: string, nodeName: string, spec = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns' },
  spec: { nodeName, containers: [container], ...spec },
});

let nodeUid = '';
let podUid = '';
before(async () => {
  scene = await serverScene({ admission: { enable: ['NodeRestriction'], disable: [] } });
  await scene.given(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'me' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'used', namespace: 'ns' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'unused', namespace: 'ns' } },
    aPod('mine', 'me', {
      volumes: [
        { name: 'v', secret: { secretName: 'used' } },
        { name: 'w', persistentVolumeClaim: { claimName: 'data' } },
      ],
    }),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'ns' },
      spec: { volumeName: 'disk', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk' },
      spec: {
        capacity: { storage: '1' },
        accessModes: ['ReadWriteOnce'],
        csi: { driver: 'd.example.org', volumeHandle: 'h' },
      },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: 'd.example.org' },
      spec: { tokenRequests: [{ audience: 'driver' }] },
    },
    aPod('theirs', 'other'),
  );
  const uidOf = async (path: string) =>
    ((await scene.ask('GET', path)).body as { metadata: { uid: string } }).metadata.uid;
  nodeUid = await uidOf('/api/v1/nodes/me');
  podUid = await uidOf('/api/v1/namespaces/ns/pods/mine');
});
after(() => scene.stop());

const said = ({ status, message }: Answer): string =>
  status < 300 ? 'allowed' : message.replace(/^.*? is forbidden: /, '');

test('a node changes itself, except for what pods are steered by', async () => {
  const cases: [unknown, string][] = [
    [{ metadata: { labels: { app: 'x' } } }, 'allowed'],
    [
      { metadata: { labels: { 'node-role.kubernetes.io/x': '' } } },
      'is not allowed to modify labels: node-role.kubernetes.io/x',
    ],
    [{ spec: { taints: [] } }, 'node "me" is not allowed to modify taints'],
    [
      { spec: { configSource: { configMap: { name: 'a', namespace: 'b', kubeletConfigKey: 'c' } } } },
      'node "me" is not allowed to update configSource to a new non-nil configSource',
    ],
    [{ spec: { unschedulable: true } }, 'allowed'],
  ];
  for (const [patch, want] of cases) assert.equal(said(await merge('/api/v1/nodes/me', patch)), want);
  // Even where the write would leave them as they are.
  assert.equal(
    said(await merge('/api/v1/nodes/me/status', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } })),
    'node "me" is not allowed to modify taints',
  );
  assert.equal(said(await merge('/api/v1/nodes/other', {})), 'node "me" is not allowed to modify node "other"');
  assert.equal(
    said(await asNode('POST', '/api/v1/nodes', { metadata: { name: 'third' } })),
    'node "me" is not allowed to modify node "third"',
  );
});

test('a node makes only shadows of its own static pods', async () => {
  const mirror = { 'kubernetes.io/config.mirror': 'x' };
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'me', uid: nodeUid, controller: true };
  const shadow = (metadata: Record<string, unknown>, spec: Record<string, unknown> = {}) =>
    asNode('POST', '/api/v1/namespaces/ns/pods?dryRun=All', {
      metadata: { name: 'shadow', annotations: mirror, ownerReferences: [owner], ...metadata },
      spec: { nodeName: 'me', containers: [container], ...spec },
    });
  const only = 'node "me" can only create pods with';
  const cases: [Record<string, unknown>, Record<string, unknown>, string][] = [
    [{}, {}, 'allowed'],
    [{}, { nodeName: 'other' }, `${only} spec.nodeName set to itself`],
    [{ ownerReferences: [] }, {}, `${only} an owner reference set to itself`],
    [{ ownerReferences: [{ ...owner, controller: false }] }, {}, `${only} a controller owner reference set to itself`],
    [
      { ownerReferences: [{ ...owner, blockOwnerDeletion: true }] },
      {},
      'node "me" must not set blockOwnerDeletion on an owner reference',
    ],
    [{ ownerReferences: [{ ...owner, uid: 'wrong' }] }, {}, `node me UID mismatch: expected wrong got ${nodeUid}`],
    [
      {},
      { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
      'node "me" can not create pods that reference configmaps',
    ],
    [
      {},
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] },
      'node "me" can not create pods that reference persistentvolumeclaims',
    ],
    [
      {},
      { volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } }] },
      'node "me" can not create pods that reference persistentvolumeclaims (via ephemeral volumes)',
    ],
    [
      {},
      { volumes: [{ name: 'v', csi: { driver: 'd.example.org' } }] },
      'node "me" can not create pods that reference csidrivers (via CSI volumes)',
    ],
    [
      {},
      { volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: { name: 't', path: 'p' } }] } }] },
      'node "me" can not create pods that reference clustertrustbundles',
    ],
    // What is invalid besides is not told to those who may not make it.
    [{}, { nodeName: undefined }, `${only} spec.nodeName set to itself`],
    [
      {},
      { resourceClaims: [{ name: 'r', resourceClaimName: 'c' }] },
      'node "me" can not create pods that reference resourceclaims',
    ],
  ];
  for (const [metadata, spec, want] of cases) assert.equal(said(await shadow(metadata, spec)), want);
});

test('a node tells of its own pods, ends and evicts them, and no others', async () => {
  const pods = '/api/v1/namespaces/ns/pods';
  assert.equal(said(await merge(`${pods}/mine/status`, { status: { message: 'hello' } })), 'allowed');
  assert.equal(
    said(await merge(`${pods}/theirs/status`, { status: { message: 'hello' } })),
    'node "me" can only update pod status for pods with spec.nodeName set to itself',
  );
  assert.equal(
    said(await merge(`${pods}/mine/status`, { metadata: { labels: { a: 'b' } } })),
    'node "me" cannot update labels through pod status',
  );
  assert.equal(
    said(await merge(`${pods}/mine/status`, { status: { resourceClaimStatuses: [{ name: 'r' }] } })),
    'node "me" cannot update resource claim statues',
  );
  const claimed = { resourceClaimName: 'c', requestMappings: [] };
  assert.equal(
    said(await merge(`${pods}/mine/status`, { status: { extendedResourceClaimStatus: claimed } })),
    'node "me" cannot update extended resource claim status',
  );
  assert.equal(
    said(await asNode('POST', `${pods}/theirs/eviction`, { metadata: { name: 'another' } })),
    'node me can only evict pods with spec.nodeName set to itself',
  );
  assert.equal(
    said(await asNode('DELETE', `${pods}/theirs?gracePeriodSeconds=0`)),
    'node "me" can only delete pods with spec.nodeName set to itself',
  );
  assert.equal(
    said(await asNode('POST', `${pods}/theirs/eviction`, { metadata: { name: 'theirs' } })),
    'node me can only evict pods with spec.nodeName set to itself',
  );
  assert.equal(
    said(await asNode('POST', `${pods}/mine/eviction?dryRun=All`, { metadata: { name: 'mine' } })),
    'allowed',
  );
});

test('a node asks for tokens of its own pods, for audiences that they want', async () => {
  const ask = (spec: unknown) => asNode('POST', '/api/v1/namespaces/ns/serviceaccounts/default/token', { spec });
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'mine', uid: podUid };
  const cases: [unknown, string][] = [
    [{ boundObjectRef: ref, audiences: [''] }, 'allowed'],
    [{}, 'node requested token not bound to a pod'],
    [{ boundObjectRef: { ...ref, uid: undefined } }, 'node requested token with a pod binding without a uid'],
    [
      { boundObjectRef: { ...ref, name: 'theirs', uid: 'x' } },
      'the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    // The driver of a volume asks for it.
    [{ boundObjectRef: ref, audiences: ['driver'] }, 'allowed'],
    [{ boundObjectRef: ref, audiences: ['a', 'b'] }, 'node may only request 0 or 1 audiences'],
    [
      { boundObjectRef: ref, audiences: ['vault'] },
      'audience "vault" not found in pod spec volume, system:node:me is not authorized to request tokens for this audience',
    ],
  ];
  for (const [spec, want] of cases) assert.equal(said(await ask(spec)), want, JSON.stringify(spec));
});

test('a node has one lease', async () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  assert.equal(said(await asNode('POST', leases, { metadata: { name: 'me' } })), 'allowed');
  assert.equal(
    said(await asNode('POST', leases, { metadata: { name: 'other' } })),
    'can only access node lease with the same name as the requesting node',
  );
});

test('a node tells of its own drivers and devices', async () => {
  const nodes = '/apis/storage.k8s.io/v1/csinodes';
  const slices = '/apis/resource.k8s.io/v1/resourceslices?dryRun=All';
  const csiNode = (metadata: unknown) => ({ metadata, spec: { drivers: [] } });
  const slice = (where: unknown) => ({
    metadata: { name: 's' },
    spec: { driver: 'd.example.org', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, ...(where as object) },
  });
  const alien = 'can only access CSINode with the same name as the requesting node';
  const elsewhere = 'can only create ResourceSlice with the same NodeName as the requesting node';
  const cases: [string, unknown, string][] = [
    [nodes, csiNode({ name: 'me' }), 'allowed'],
    [nodes, csiNode({ name: 'other' }), alien],
    [nodes, csiNode({ generateName: 'me' }), alien],
    [slices, slice({ nodeName: 'me' }), 'allowed'],
    [slices, slice({ nodeName: 'other' }), elsewhere],
    [slices, slice({ allNodes: true }), elsewhere],
  ];
  for (const [path, body, want] of cases) assert.equal(said(await asNode('POST', path, body)), want);
});

test('a node tells of a claim how far its volume has grown', async () => {
  const patch = (body: unknown) =>
    merge('/api/v1/namespaces/ns/persistentvolumeclaims/data/status?dryRun=All', body).then(said);
  assert.equal(await patch({ status: { capacity: { storage: '2' } } }), 'allowed');
  assert.equal(
    await patch({ status: { conditions: [{ type: 'FileSystemResizePending', status: 'True' }] } }),
    'allowed',
  );
  for (const other of [
    { metadata: { labels: { a: 'b' } } },
    { status: { phase: 'Bound' } },
    { spec: { volumeName: 'x' } },
  ]) {
    assert.match(
      await patch(other),
      /^node "me" is not allowed to update fields other than status.quantity and .*: @@/,
    );
  }
});

test('a node asks for certificates of its own', async () => {
  const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All';
  const ask = async (signerName: string, usage: string) => {
    const request = Buffer.from('nothing of the kind').toString('base64');
    const spec = { request, signerName, usages: [usage] };
    return said(await asNode('POST', requests, { metadata: { name: 'r' }, spec }));
  };
  const unreadable = 'unable to parse csr: PEM block type must be CERTIFICATE REQUEST';
  assert.equal(await ask('kubernetes.io/kubelet-serving', 'server auth'), unreadable);
  assert.equal(await ask('kubernetes.io/kube-apiserver-client-kubelet', 'client auth'), unreadable);
  assert.match(await ask('example.org/any', 'client auth'), /is invalid: spec.request/);
});

test('a node reads what its pods use', async () => {
  const unrelated = "no relationship found between node 'me' and this object";
  const cases: [string, string][] = [
    ['/api/v1/namespaces/ns/secrets/used', ''],
    ['/api/v1/namespaces/ns/secrets/unused', unrelated],
    ['/api/v1/namespaces/ns/secrets?fieldSelector=metadata.name=used', ''],
    ['/api/v1/namespaces/ns/secrets', 'No Object name found'],
    ['/api/v1/secrets', 'can only read namespaced object of this type'],
    ['/api/v1/pods?fieldSelector=spec.nodeName=me', ''],
    ['/api/v1/pods', 'can only list/watch pods with spec.nodeName field selector'],
    ['/api/v1/namespaces/ns/pods/theirs', unrelated],
    ['/api/v1/nodes/other', "node 'me' cannot read 'other', only its own Node object"],
    ['/api/v1/services', ''],
    ['/api/v1/namespaces/ns/serviceaccounts/default', ''],
    ['/api/v1/namespaces/ns/serviceaccounts/unused', unrelated],
  ];
  for (const [path, want] of cases) {
    const { status, message } = await asNode('GET', path);
    assert.equal(status === 200 ? '' : message.slice(message.lastIndexOf(': ') + 2), want, path);
  }
});

test('what a node may read ends with its pod', async () => {
  await scene.ask('DELETE', '/api/v1/namespaces/ns/pods/mine?gracePeriodSeconds=0');
  assert.equal((await asNode('GET', '/api/v1/namespaces/ns/secrets/used')).status, 403);
});
