import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { persistentVolumeClaim, pod, resourceSlice, volumeAttachment } from '@tiphys/sdk/api';
import { parseFieldSelector } from '@tiphys/sdk/machinery';
import { type AnyKind, decode, erase } from '@tiphys/sdk/schema';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import type { Action } from './authorizer.ts';
import { nodeAuthorizer } from './node.ts';
import { podRelations } from './pod-relations.ts';

const stored = new Map<AnyKind, object[]>();
const add = (kind: AnyKind, body: object): void => {
  stored.set(kind, [...(stored.get(kind) ?? []), decode(kind.schema.shape, body) as object]);
};
add(erase(pod), {
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    nodeName: 'one',
    serviceAccountName: 'web',
    containers: [{ name: 'c' }],
    volumes: [
      { name: 'kept', persistentVolumeClaim: { claimName: 'disk' } },
      { name: 'brief', ephemeral: {} },
    ],
    resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 't' }],
  },
  status: { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'web-gpu' }] },
});
add(erase(persistentVolumeClaim), { metadata: { name: 'disk', namespace: 'shop' }, spec: { volumeName: 'pv-1' } });
add(erase(volumeAttachment), { metadata: { name: 'held' }, spec: { nodeName: 'one' } });
add(erase(resourceSlice), { metadata: { name: 'devices' }, spec: { nodeName: 'one' } });

type Stored = { metadata: { namespace?: string; name: string }; spec: { nodeName?: string } };
const all = (kind: object) => (stored.get(kind as AnyKind) ?? []) as Stored[];
const objects = {
  find: (kind: object, namespace: string, name: string) =>
    all(kind).find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace),
  listBy: (kind: object, _field: string, node: string) => all(kind).filter(({ spec }) => spec.nodeName === node),
} as unknown as ClusterObjects;

const authorize = nodeAuthorizer(podRelations(objects));
/** `get persistentvolumes pv-1`, `get shop/claims disk`, `list resource.k8s.io/resourceslices ?spec.nodeName=one`. */
function ask(node: string, request: Partial<Action>) {
  const user = { name: `system:node:${node}`, uid: '', groups: ['system:nodes'], extra: {} };
  const blank = { group: '', subresource: '', namespace: '', name: '', path: '', isResource: true };
  return authorize({ ...blank, user, verb: 'get', resource: '', ...request });
}

describe('a node reads what its pods lead to', () => {
  const related: [string, Partial<Action>][] = [
    ['a pod', { resource: 'pods', namespace: 'shop', name: 'web' }],
    ['a claim', { resource: 'persistentvolumeclaims', namespace: 'shop', name: 'disk' }],
    ['the claim of an ephemeral volume', { resource: 'persistentvolumeclaims', namespace: 'shop', name: 'web-brief' }],
    ['the volume of a claim', { resource: 'persistentvolumes', name: 'pv-1' }],
    ['an attachment', { group: 'storage.k8s.io', resource: 'volumeattachments', name: 'held' }],
    [
      'a claim of devices',
      { group: 'resource.k8s.io', resource: 'resourceclaims', namespace: 'shop', name: 'web-gpu' },
    ],
    ['a slice of devices', { group: 'resource.k8s.io', resource: 'resourceslices', name: 'devices' }],
  ];
  for (const [what, request] of related) {
    test(what, () => {
      assert.equal(ask('one', request).decision, 'allow');
      assert.deepEqual(ask('two', request), {
        decision: 'no opinion',
        reason: `no relationship found between node 'two' and this object`,
      });
    });
  }
  test('one at a time', () => {
    const { reason } = ask('one', { resource: 'persistentvolumes', verb: 'list' });
    assert.equal(reason, 'can only get individual resources of this type');
  });
});

test('a node lists its own slices of devices only, and makes any', () => {
  const slices = { group: 'resource.k8s.io', resource: 'resourceslices' };
  const own = { ...slices, verb: 'list', fieldSelector: parseFieldSelector('spec.nodeName=one') };
  assert.equal(ask('one', own).decision, 'allow');
  assert.equal(
    ask('two', own).reason,
    'can only list/watch/deletecollection resourceslices with nodeName field selector',
  );
  assert.equal(ask('two', { ...slices, verb: 'create' }).decision, 'allow');
  assert.equal(
    ask('one', { ...slices, subresource: 'status', name: 'devices' }).reason,
    'cannot authorize ResourceSlice subresources',
  );
});
