import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, type ConfigMap, event, node } from '@tiphys/sdk/api';
import { isNotFound, type KubeObject, type OwnerReference, StatusError } from '@tiphys/sdk/machinery';
import { FakeCluster } from '@tiphys/sdk/testing';
import { garbageCollector } from './index.ts';

type Extra = Partial<KubeObject['metadata']>;
const refTo = (owner: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: owner.metadata.name!,
  uid: owner.metadata.uid!,
  ...more,
});
const make = ({ client }: FakeCluster, name: string, owners: OwnerReference[] = [], more: Extra = {}) =>
  client.create(configMap, { metadata: { name, namespace: 'default', ownerReferences: owners, ...more } });
const names = async ({ client, clock }: FakeCluster) => {
  await clock.advance(60_000);
  return (await client.list(configMap)).items.map((o) => o.metadata.name);
};
const exists = ({ client }: FakeCluster, o: ConfigMap) =>
  client.get(configMap, o).catch((err: unknown) => {
    if (isNotFound(err)) return undefined;
    throw err;
  });

test('dependents go when their owner has gone, and theirs after them', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(garbageCollector);
  const boss = await make(cluster, 'boss');
  const child = await make(cluster, 'child', [refTo(boss)]);
  await make(cluster, 'grandchild', [refTo(child)]);
  await make(cluster, 'stranger');
  await cluster.client.delete(configMap, boss, { propagationPolicy: 'Background' });
  assert.deepEqual(await names(cluster), ['stranger']);
});

test('who never lists a kind holds nobody up for long', async () => {
  await using cluster = new FakeCluster();
  cluster.client.react(({ kind }) => {
    if (kind.kind === 'Lease') throw new StatusError(503, 'ServiceUnavailable', 'nobody serves it now');
  });
  await cluster.run(garbageCollector);
  const boss = await make(cluster, 'boss');
  await make(cluster, 'child', [refTo(boss)]);
  await cluster.client.delete(configMap, boss, { propagationPolicy: 'Background' });
  assert.deepEqual(await names(cluster), []);
});

test('in the foreground the owner waits for the dependents that block it', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(garbageCollector);
  const boss = await make(cluster, 'boss');
  const blocking = await make(cluster, 'blocking', [refTo(boss, { blockOwnerDeletion: true })], {
    finalizers: ['test.io/hold'],
  });
  await make(cluster, 'free', [refTo(boss)], { finalizers: ['test.io/hold'] });
  await client.delete(configMap, boss, { propagationPolicy: 'Foreground' });
  await clock.advance(60_000);
  assert.deepEqual((await exists(cluster, boss))?.metadata.finalizers, ['foregroundDeletion']);
  assert.ok((await exists(cluster, blocking))?.metadata.deletionTimestamp);
  await client.patch(configMap, blocking, { type: 'merge', patch: { metadata: { finalizers: null } } });
  assert.deepEqual(await names(cluster), ['free']);
});

test('a chain in the foreground goes from its end', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(garbageCollector);
  const order: string[] = [];
  cluster.cache.informer(configMap).on((next, old) => void (next || order.push(old!.metadata.name!)));
  const boss = await make(cluster, 'boss');
  const child = await make(cluster, 'child', [refTo(boss, { blockOwnerDeletion: true })]);
  await make(cluster, 'grandchild', [refTo(child, { blockOwnerDeletion: true })]);
  await cluster.client.delete(configMap, boss, { propagationPolicy: 'Foreground' });
  assert.deepEqual(await names(cluster), []);
  assert.deepEqual(order, ['grandchild', 'child', 'boss']);
});

test('orphaned dependents stay and no longer name the owner', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(garbageCollector);
  const boss = await make(cluster, 'boss');
  const child = await make(cluster, 'child', [refTo(boss)]);
  await cluster.client.delete(configMap, boss, { propagationPolicy: 'Orphan' });
  assert.deepEqual(await names(cluster), ['child']);
  assert.equal((await exists(cluster, child))?.metadata.ownerReferences, undefined);
});

test('an object with two owners lives while one does', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(garbageCollector);
  const [one, two] = [await make(cluster, 'one'), await make(cluster, 'two')];
  const child = await make(cluster, 'child', [refTo(one), refTo(two)]);
  await cluster.client.delete(configMap, one);
  assert.deepEqual(await names(cluster), ['child', 'two']);
  assert.deepEqual((await exists(cluster, child))?.metadata.ownerReferences, [refTo(two)]);
  await cluster.client.delete(configMap, two);
  assert.deepEqual(await names(cluster), []);
});

test("owners that never were, or were another object, don't count", async () => {
  await using cluster = new FakeCluster();
  const boss = await make(cluster, 'boss');
  await make(cluster, 'a', [refTo({ metadata: { name: 'ghost', uid: 'no-such-uid' } })]);
  await make(cluster, 'b', [refTo(boss, { uid: 'another-uid' })]);
  await cluster.run(garbageCollector);
  assert.deepEqual(await names(cluster), ['boss']);
});

test('an owner of a kind that nobody knows keeps its dependents', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(garbageCollector);
  await make(cluster, 'child', [{ apiVersion: 'nowhere.example/v1', kind: 'Ghost', name: 'g', uid: 'u' }]);
  assert.deepEqual(await names(cluster), ['child']);
});

test('an owner in a version that nobody serves keeps its dependents when it goes', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(garbageCollector);
  const boss = await make(cluster, 'boss');
  await make(cluster, 'child', [refTo(boss, { apiVersion: 'v2' })]);
  await cluster.client.delete(configMap, boss);
  assert.deepEqual(await names(cluster), ['child']);
});

test('a cluster-wide owner counts, one in another namespace does not and that is told', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await cluster.run(garbageCollector);
  const home = await client.create(node, { metadata: { name: 'n' } });
  await make(cluster, 'of-node', [refTo(home, { kind: 'Node' })]);
  const boss = await make(cluster, 'boss');
  await client.create(configMap, { metadata: { name: 'far', namespace: 'other', ownerReferences: [refTo(boss)] } });
  assert.deepEqual(await names(cluster), ['boss', 'of-node']);
  const [told] = (await client.list(event)).items;
  assert.equal(told?.reason, 'OwnerRefInvalidNamespace');
  await client.delete(node, home);
  assert.deepEqual(await names(cluster), ['boss']);
});

test('an object without a namespace whose owner has one stays, and that is told once', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await cluster.run(garbageCollector);
  const boss = await make(cluster, 'boss');
  const child = await client.create(node, { metadata: { name: 'n', ownerReferences: [refTo(boss)] } });
  await names(cluster);
  await client.delete(configMap, boss);
  await names(cluster);
  assert.ok(await client.get(node, child));
  const told = (await client.list(event)).items.map(({ message, count }) => ({ message, count }));
  const reference = `[v1/ConfigMap, namespace: , name: boss, uid: ${boss.metadata.uid}]`;
  assert.deepEqual(told, [{ message: `ownerRef ${reference} does not exist in namespace ""`, count: 1 }]);
});

test('nothing is deleted because the cache was behind', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(garbageCollector);
  client.react(({ verb }) => {
    if (verb === 'watch' && clock.monotonic() < 30_000) throw new Error('connection refused');
  });
  client.dropWatches();
  const boss = await make(cluster, 'boss');
  await make(cluster, 'child', [refTo(boss)]);
  assert.deepEqual(await names(cluster), ['boss', 'child']);
});
