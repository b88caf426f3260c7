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
  scene = await serverScene({ enableAdmissionPlugins: ['NodeRestriction'] });
  await scene.given(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'me' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'used', namespace: 'ns' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'unused', namespace: 'ns' } },
    aPod('mine', 'me', { volumes: [{ name: 'v', secret: { secretName: 'used' } }] }),
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
      'node "me" is not allowed to modify labels: node-role.kubernetes.io/x',
    ],
    [{ spec: { taints: [] } }, 'node "me" is not allowed to modify taints'],
    [{ spec: { unschedulable: true } }, 'allowed'],
  ];
  for (const [patch, want] of cases) assert.equal(said(await merge('/api/v1/nodes/me', patch)), want);
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
