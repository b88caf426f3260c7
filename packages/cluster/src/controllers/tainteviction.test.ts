import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, node, pod, type Taint, type Toleration } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import { patience, taintEvictionController } from './tainteviction.ts';

const a: Taint = { key: 'a', value: '1', effect: 'NoExecute' };
const b: Taint = { key: 'b', effect: 'NoExecute' };
const cases: [name: string, taints: Taint[], tolerations: Toleration[], want: number][] = [
  ['no taints', [], [], Infinity],
  ['not tolerated', [a], [], 0],
  ['one of two not tolerated', [a, b], [{ key: 'a', operator: 'Exists' }], 0],
  ['tolerated for ever', [a], [{ key: 'a', operator: 'Exists' }], Infinity],
  ['everything tolerated', [a, b], [{ operator: 'Exists' }], Infinity],
  ['tolerated by value', [a], [{ key: 'a', value: '1', effect: 'NoExecute' }], Infinity],
  ['another value', [a], [{ key: 'a', value: '2' }], 0],
  ['another effect', [a], [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }], 0],
  ['for a time', [a], [{ key: 'a', operator: 'Exists', tolerationSeconds: 30 }], 30_000],
  [
    'the shortest time counts',
    [a, b],
    [
      { key: 'a', operator: 'Exists', tolerationSeconds: 30 },
      { key: 'b', operator: 'Exists', tolerationSeconds: 10 },
    ],
    10_000,
  ],
  ['a negative time is none', [a], [{ key: 'a', operator: 'Exists', tolerationSeconds: -5 }], 0],
];
for (const [name, taints, tolerations, want] of cases) {
  test(`patience: ${name}`, () => assert.equal(patience(taints, tolerations), want));
}

const told = async ({ client }: FakeCluster) => (await client.list(event)).items.map((e) => e.message);

test('a pod that is over goes as well', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const p = await bound(cluster, []);
  await client.updateStatus(pod, p, { phase: 'Succeeded' });
  await cluster.run(taintEvictionController);
  await taint(cluster, [a]);
  await clock.settle();
  assert.ok((await client.get(pod, p)).metadata.deletionTimestamp);
});

test('a time that began goes on, whatever other taints come that are borne for a time', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const p = await bound(cluster, [
    { key: 'a', operator: 'Exists', tolerationSeconds: 300 },
    { key: 'b', operator: 'Exists', tolerationSeconds: 10 },
  ]);
  await cluster.run(taintEvictionController);
  await taint(cluster, [a]);
  await clock.advance(100_000);
  await taint(cluster, [a, b]);
  await clock.advance(199_000);
  assert.equal((await client.get(pod, p)).metadata.deletionTimestamp, undefined);
  await clock.advance(1000);
  assert.ok((await client.get(pod, p)).metadata.deletionTimestamp);
});

test('a taint that is not borne ends the wait, and that is told', async () => {
  await using cluster = new FakeCluster();
  const { clock } = cluster;
  await bound(cluster, [{ key: 'a', operator: 'Exists', tolerationSeconds: 300 }]);
  await cluster.run(taintEvictionController);
  await taint(cluster, [a]);
  await clock.advance(1000);
  await taint(cluster, [a, b]);
  await clock.advance(5000);
  assert.deepEqual(await told(cluster), ['Cancelling deletion of Pod default/p', 'Marking for deletion Pod default/p']);
});

async function bound({ client }: FakeCluster, tolerations: Toleration[]) {
  await client.create(node, { metadata: { name: 'n' } });
  const containers = [{ name: 'main', image: 'i' }];
  const metadata = { name: 'p', namespace: 'default', finalizers: ['test.io/hold'] };
  return client.create(pod, { metadata, spec: { nodeName: 'n', containers, tolerations } });
}

const taint = ({ client }: FakeCluster, taints: Taint[]) =>
  client.patch(node, { metadata: { name: 'n' } }, { type: 'merge', patch: { spec: { taints } } });
