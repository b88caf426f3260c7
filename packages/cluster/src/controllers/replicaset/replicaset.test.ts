import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, pod, type Pod, replicaSet, type ReplicaSet } from '@tiphys/sdk/api';
import { forbidden, timestamp } from '@tiphys/sdk/machinery';
import { controllerReference } from '@tiphys/sdk/operator';
import { FakeCluster } from '@tiphys/sdk/testing';
import { replicaSetController } from './index.ts';

const containers = [{ name: 'main', image: 'app:1' }];
const labels = { app: 'x' };
const makeSet = ({ client }: FakeCluster, replicas: number, more: object = {}): Promise<ReplicaSet> =>
  client.create(replicaSet, {
    metadata: { name: 'r', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
      ...more,
    },
  });
const makePod = ({ client }: FakeCluster, name: string, metadata: Pod['metadata'] = {}) =>
  client.create(pod, { metadata: { name, namespace: 'default', labels, ...metadata }, spec: { containers } });
const podsOf = async ({ client }: FakeCluster) => (await client.list(pod)).items;
const setReady = ({ client, clock }: FakeCluster, p: Pod) => {
  const ready = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(clock.now()) };
  return client.updateStatus(pod, p, { phase: 'Running', conditions: [ready] });
};
const status = async ({ client }: FakeCluster, rs: ReplicaSet) => (await client.get(replicaSet, rs)).status;

test('makes the pods of the template, tells of each, and counts them', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(replicaSetController);
  const rs = await makeSet(cluster, 3);
  await cluster.clock.settle();
  const pods = await podsOf(cluster);
  assert.equal(pods.length, 3);
  assert.deepEqual(pods[0]?.metadata.ownerReferences, [controllerReference(replicaSet, rs)]);
  assert.deepEqual(await status(cluster, rs), {
    replicas: 3,
    fullyLabeledReplicas: 3,
    terminatingReplicas: 0,
    observedGeneration: 1,
  });
  const events = (await cluster.client.list(event)).items;
  assert.deepEqual(new Set(events.map((e) => e.message)), new Set(pods.map((p) => `Created pod: ${p.metadata.name}`)));
});

test('a pod becomes available when it has been ready for minReadySeconds, with no event to tell', async () => {
  await using cluster = new FakeCluster();
  await cluster.run(replicaSetController);
  const rs = await makeSet(cluster, 1, { minReadySeconds: 30 });
  await cluster.clock.settle();
  await setReady(cluster, (await podsOf(cluster))[0]!);
  await cluster.clock.advance(29_000);
  assert.equal((await status(cluster, rs)).availableReplicas, undefined);
  await cluster.clock.advance(1000);
  assert.equal((await status(cluster, rs)).availableReplicas, 1);
});

test('adopts what matches, lets go of what does not, and leaves finished pods alone', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const orphan = await makePod(cluster, 'orphan');
  const finished = await makePod(cluster, 'finished');
  await client.updateStatus(pod, finished, { phase: 'Succeeded' });
  await cluster.run(replicaSetController);
  const rs = await makeSet(cluster, 1);
  await clock.advance(100);
  assert.equal((await client.get(pod, orphan)).metadata.ownerReferences?.[0]?.uid, rs.metadata.uid);
  assert.equal((await client.get(pod, finished)).metadata.ownerReferences, undefined);
  assert.equal((await podsOf(cluster)).length, 2);

  await client.patch(pod, orphan, { type: 'merge', patch: { metadata: { labels: { app: 'other' } } } });
  await clock.advance(100);
  assert.equal((await client.get(pod, orphan)).metadata.ownerReferences, undefined);
  assert.equal((await podsOf(cluster)).length, 3);
});

test('a set that is being deleted adopts nothing and makes nothing', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const rs = await client.create(replicaSet, {
    metadata: { name: 'r', namespace: 'default', finalizers: ['test.io/hold'] },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  await client.delete(replicaSet, rs);
  const orphan = await makePod(cluster, 'orphan');
  await cluster.run(replicaSetController);
  await clock.advance(60_000);
  assert.equal((await client.get(pod, orphan)).metadata.ownerReferences, undefined);
  assert.equal((await podsOf(cluster)).length, 1);
});

test('says why pods cannot be made, tries again, and takes it back', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  let tries = 0;
  const allow = client.react(({ verb, kind }) => {
    if (verb !== 'create' || kind.kind !== 'Pod') return;
    tries++;
    throw forbidden({ group: '', resource: 'pods' }, '', 'no room');
  });
  await cluster.run(replicaSetController);
  const rs = await makeSet(cluster, 5);
  await clock.settle();
  // Once, and once more when our own status comes back; not five times each.
  assert.equal(tries, 2);
  const [condition] = (await status(cluster, rs)).conditions ?? [];
  assert.equal(condition?.reason, 'FailedCreate');
  assert.match(condition?.message ?? '', /pods is forbidden: no room/);
  allow();
  await clock.advance(60_000);
  assert.equal((await podsOf(cluster)).length, 5);
  assert.equal((await status(cluster, rs)).conditions, undefined);
  const failed = (await client.list(event)).items.find((e) => e.reason === 'FailedCreate');
  assert.equal(failed?.type, 'Warning');
  assert.match(failed?.message ?? '', /^Error creating: pods is forbidden/);
});

test('scales down to the number, whatever happens on the way', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(replicaSetController);
  const rs = await makeSet(cluster, 40);
  await clock.settle();
  for (const replicas of [35, 3, 7, 0, 12]) {
    await client.patch(replicaSet, rs, { type: 'merge', patch: { spec: { replicas } } });
    client.dropWatches();
    if (replicas % 2) await clock.settle();
  }
  await clock.advance(60_000);
  assert.equal((await podsOf(cluster)).length, 12);
});
