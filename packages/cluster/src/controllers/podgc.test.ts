import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node, pod, type PodManifest, replicaSet } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import { podGcController } from './podgc.ts';
import { replicaSetController } from './replicaset/index.ts';

const spec: PodManifest['spec'] = { nodeName: 'n', containers: [{ name: 'main', image: 'i' }] };
const make = ({ client }: FakeCluster, name: string, more: PodManifest['spec'] = spec) =>
  client.create(pod, {
    metadata: { name, namespace: 'default', finalizers: ['test.io/hold'] },
    ...(more && { spec: more }),
  });

test('a pod of a node that is gone ends after a quarantine, with the reason in its status', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const home = await client.create(node, { metadata: { name: 'n' } });
  const p = await make(cluster, 'p');
  await cluster.run(podGcController);
  await clock.advance(300_000);
  assert.equal((await client.get(pod, p)).metadata.deletionTimestamp, undefined);
  await client.delete(node, home);
  await clock.advance(39_000);
  assert.equal((await client.get(pod, p)).metadata.deletionTimestamp, undefined);
  await clock.advance(1000);
  const ended = await client.get(pod, p);
  assert.equal(ended.status.phase, 'Failed');
  assert.equal(ended.metadata.deletionGracePeriodSeconds, 0);
  assert.equal(ended.status.conditions?.[0]?.message, 'PodGC: node no longer exists');
});

test('a set whose template names a node that is not there makes one pod a quarantine, not as many as it can', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  let made = 0;
  client.react(({ verb, kind }) => void (verb === 'create' && kind.kind === 'Pod' && made++));
  await cluster.run(podGcController, replicaSetController);
  const labels = { app: 'x' };
  await client.create(replicaSet, {
    metadata: { name: 'r', namespace: 'default' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  await clock.advance(400_000);
  assert.ok(made >= 9 && made <= 11, `${made} pods in ten quarantines`);
});

test('why a pod ends stands after what was known of it', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const p = await make(cluster, 'p');
  const ready = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null };
  await client.updateStatus(pod, p, { phase: 'Running', conditions: [ready] });
  await cluster.run(podGcController);
  await clock.advance(40_000);
  const { status } = await client.get(pod, p);
  assert.deepEqual(
    status.conditions?.map((c) => c.type),
    ['Ready', 'DisruptionTarget'],
  );
});

test('a pod that was over before its node went is not told why it ends', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const p = await make(cluster, 'p');
  await client.updateStatus(pod, p, { phase: 'Succeeded' });
  await cluster.run(podGcController);
  await clock.advance(40_000);
  const { metadata, status } = await client.get(pod, p);
  assert.equal(metadata.deletionGracePeriodSeconds, 0);
  assert.deepEqual([status.phase, status.conditions], ['Succeeded', undefined]);
});

test('another reason takes the place of the one before, and counts from when the pod was first told', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const p = await make(cluster, 'p');
  const since = '2020-01-01T00:00:00Z';
  const told = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastProbeTime: null };
  const ready = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null };
  await client.updateStatus(pod, p, {
    phase: 'Running',
    conditions: [{ ...told, lastTransitionTime: since }, ready],
  });
  await cluster.run(podGcController);
  await clock.advance(40_000);
  const { status } = await client.get(pod, p);
  assert.deepEqual(
    status.conditions?.map((c) => [c.type, c.reason, c.lastTransitionTime]),
    [
      ['DisruptionTarget', 'DeletionByPodGC', since],
      ['Ready', undefined, null],
    ],
  );
  assert.equal(status.observedGeneration, p.metadata.generation);
});

test('a node that comes back within the quarantine keeps its pods', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const p = await make(cluster, 'p');
  await cluster.run(podGcController);
  await clock.advance(30_000);
  await client.create(node, { metadata: { name: 'n' } });
  await clock.advance(300_000);
  assert.notEqual((await client.get(pod, p)).status.phase, 'Failed');
});

test('a terminating pod on a node that is out of service is removed', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const home = await client.create(node, { metadata: { name: 'n' } });
  const p = await make(cluster, 'p');
  await cluster.run(podGcController);
  await client.delete(pod, p);
  await clock.advance(60_000);
  assert.equal((await client.get(pod, p)).metadata.deletionGracePeriodSeconds, 30);
  const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }];
  await client.patch(node, home, { type: 'merge', patch: { spec: { taints } } });
  await clock.settle();
  assert.equal((await client.get(pod, p)).metadata.deletionGracePeriodSeconds, 0);
});
