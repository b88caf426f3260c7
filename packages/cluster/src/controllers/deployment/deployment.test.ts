import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment, type Deployment, event, pod, replicaSet } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { FakeCluster, type Part } from '@tiphys/sdk/testing';
import { replicaSetController } from '../replicaset/index.ts';
import { deploymentController } from './index.ts';

const revision = 'deployment.kubernetes.io/revision';

async function setUp(cluster: FakeCluster, spec: Part<Deployment['spec']> = {}) {
  await cluster.run(deploymentController, replicaSetController);
  const strategy = { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'main', image: 'app:1' }] } };
  const d = await cluster.client.create(deployment, {
    metadata: { name: 'x', namespace: 'default' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'x' } }, template, strategy, ...(spec as object) },
  });
  await cluster.clock.advance(100);
  return d;
}

const sets = async ({ client }: FakeCluster) =>
  (await client.list(replicaSet)).items.toSorted((a, b) =>
    (a.metadata.annotations?.[revision] ?? '') < (b.metadata.annotations?.[revision] ?? '') ? -1 : 1,
  );
const pods = async ({ client }: FakeCluster) => (await client.list(pod)).items;
const condition = async ({ client }: FakeCluster, d: Deployment, type: string) =>
  (await client.get(deployment, d)).status.conditions?.find((c) => c.type === type);

/** Plays the kubelet: every pod becomes ready. True when one wasn't. */
async function makeReady({ client, clock }: FakeCluster, image?: string): Promise<boolean> {
  const waiting = (await client.list(pod)).items.filter(
    (p) => p.status.phase !== 'Running' && (!image || p.spec.containers[0]?.image === image),
  );
  for (const p of waiting) {
    const ready = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(clock.now()) };
    await client.updateStatus(pod, p, { ...p.status, phase: 'Running', conditions: [ready] });
  }
  await clock.advance(100);
  return waiting.length > 0;
}

const setImage = ({ client }: FakeCluster, d: Deployment, image: string) =>
  client.patch(deployment, d, {
    type: 'strategic',
    patch: { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } },
  });

test('a rolling update never has fewer ready pods than allowed nor more pods than allowed', async () => {
  await using cluster = new FakeCluster();
  const d = await setUp(cluster);
  await makeReady(cluster);
  await setImage(cluster, d, 'app:2');
  for (let more = true; more;) {
    await cluster.clock.advance(100);
    const all = await pods(cluster);
    assert.ok(all.length <= 4, `${all.length} pods`);
    assert.ok(all.filter((p) => p.status.phase === 'Running').length >= 3);
    more = await makeReady(cluster);
  }
  const [old, fresh] = await sets(cluster);
  assert.deepEqual([old?.spec.replicas, fresh?.spec.replicas], [0, 3]);
  assert.equal((await cluster.client.get(deployment, d)).metadata.annotations?.[revision], '2');
  assert.equal((await condition(cluster, d, 'Progressing'))?.reason, 'NewReplicaSetAvailable');
});

test('going back to an old template takes its set again, with the next revision', async () => {
  await using cluster = new FakeCluster();
  const d = await setUp(cluster, { replicas: 1 });
  for (const image of ['app:2', 'app:1']) {
    while (await makeReady(cluster));
    await setImage(cluster, d, image);
    await cluster.clock.advance(100);
  }
  while (await makeReady(cluster));
  const all = await sets(cluster);
  assert.deepEqual(
    all.map((rs) => [
      rs.metadata.annotations?.[revision],
      rs.spec.template.spec.containers[0]?.image,
      rs.spec.replicas,
    ]),
    [
      ['2', 'app:2', 0],
      ['3', 'app:1', 1],
    ],
  );
  assert.equal(all[1]?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
});

test('recreate waits for the last old pod', async () => {
  await using cluster = new FakeCluster();
  const d = await setUp(cluster, { replicas: 2, strategy: { type: 'Recreate' } });
  for (const p of await pods(cluster)) {
    await cluster.client.post(pod, p, 'binding', { target: { name: 'node-1' } });
  }
  await setImage(cluster, d, 'app:2');
  await cluster.clock.advance(100);
  const terminating = await pods(cluster);
  assert.ok(terminating.every((p) => p.metadata.deletionTimestamp));
  assert.equal((await sets(cluster)).length, 1);
  for (const p of terminating) await cluster.client.delete(pod, p, { gracePeriodSeconds: 0 });
  await cluster.clock.advance(100);
  assert.deepEqual(
    (await pods(cluster)).map((p) => p.spec.containers[0]?.image),
    ['app:2', 'app:2'],
  );
});

test('a rollout that gets nowhere says so when its deadline passes', async () => {
  await using cluster = new FakeCluster();
  const d = await setUp(cluster, { progressDeadlineSeconds: 60 });
  await cluster.clock.advance(59_000);
  assert.equal((await condition(cluster, d, 'Progressing'))?.status, 'True');
  await cluster.clock.advance(4000);
  const late = await condition(cluster, d, 'Progressing');
  assert.deepEqual([late?.status, late?.reason], ['False', 'ProgressDeadlineExceeded']);
  while (await makeReady(cluster));
  assert.equal((await condition(cluster, d, 'Progressing'))?.reason, 'NewReplicaSetAvailable');
});

test('a paused deployment scales but does not roll', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const d = await setUp(cluster);
  await makeReady(cluster);
  const spec = { paused: true, replicas: 5, template: { spec: { containers: [{ name: 'main', image: 'app:2' }] } } };
  await client.patch(deployment, d, { type: 'strategic', patch: { spec } });
  await clock.advance(100);
  assert.equal((await sets(cluster)).length, 1);
  assert.equal((await pods(cluster)).length, 5);
  assert.equal((await condition(cluster, d, 'Progressing'))?.reason, 'DeploymentPaused');
  await client.patch(deployment, d, { type: 'merge', patch: { spec: { paused: null } } });
  while (await makeReady(cluster));
  assert.ok((await pods(cluster)).every((p) => p.spec.containers[0]?.image === 'app:2'));
});

test('history beyond its limit goes, the oldest first', async () => {
  await using cluster = new FakeCluster();
  const d = await setUp(cluster, { replicas: 1, revisionHistoryLimit: 1 });
  for (const n of [2, 3, 4]) {
    while (await makeReady(cluster));
    await setImage(cluster, d, `app:${n}`);
    await cluster.clock.advance(100);
  }
  while (await makeReady(cluster));
  assert.deepEqual(
    (await sets(cluster)).map((rs) => rs.metadata.annotations?.[revision]),
    ['3', '4'],
  );
});

test('a name that belongs to another template counts as a collision and gets another hash', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const d = await setUp(cluster, { replicas: 1 });
  const [first] = await sets(cluster);
  // The same name, somebody else's: the Deployment has to find another.
  await client.delete(replicaSet, first!);
  await client.create(replicaSet, {
    metadata: { name: first!.metadata.name!, namespace: 'default', labels: { other: 'y' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { other: 'y' } },
      template: { metadata: { labels: { other: 'y' } }, spec: { containers: [{ name: 'm', image: 'o' }] } },
    },
  });
  await clock.advance(5000);
  assert.equal((await client.get(deployment, d)).status.collisionCount, 1);
  assert.equal((await sets(cluster)).length, 2);
});

test("annotations of a set's size are written with the size, not without", async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await setUp(cluster, { replicas: 2, strategy: { type: 'Recreate' } });
  const [set] = await sets(cluster);
  const annotations = { 'deployment.kubernetes.io/desired-replicas': 'many' };
  await client.patch(replicaSet, set!, { type: 'merge', patch: { metadata: { annotations } } });
  await clock.advance(1000);
  assert.equal((await sets(cluster))[0]?.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'], 'many');
});

test('a revision asked for by annotation comes back with its annotations', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const d = await setUp(cluster);
  const annotate = async (annotations: Record<string, string>) => {
    await client.patch(deployment, d, { type: 'merge', patch: { metadata: { annotations } } });
    await clock.advance(1000);
  };
  const told = async () =>
    (await client.list(event)).items.filter((e) => e.reason?.startsWith('DeploymentRollback')).map((e) => e.message);
  await annotate({ why: 'first' });
  await setImage(cluster, d, 'app:2');
  await annotate({ why: 'second' });
  await annotate({ 'deprecated.deployment.rollback.to': '0' });
  const back = await client.get(deployment, d);
  assert.equal(back.spec.template.spec.containers[0]?.image, 'app:1');
  assert.deepEqual(back.metadata.annotations, { why: 'first', [revision]: '3' });
  await annotate({ 'deprecated.deployment.rollback.to': '3' });
  await annotate({ 'deprecated.deployment.rollback.to': '9' });
  assert.equal(
    (await client.get(deployment, d)).metadata.annotations?.['deprecated.deployment.rollback.to'],
    undefined,
  );
  assert.deepEqual(await told(), [
    'Rolled back deployment "x" to revision 1',
    'The rollback revision contains the same template as current deployment "x"',
    'Unable to find the revision to rollback to.',
  ]);
});
