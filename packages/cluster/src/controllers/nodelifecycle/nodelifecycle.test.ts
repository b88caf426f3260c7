import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, lease, node, type Node, pod } from '@tiphys/sdk/api';
import { microTimestamp, timestamp } from '@tiphys/sdk/machinery';
import { aNode, FakeCluster } from '@tiphys/sdk/testing';
import { taintEvictionController } from '../tainteviction.ts';
import { graceOf, HealthBook } from './health.ts';
import { nodeLifecycleController } from './index.ts';
import { executeTaints, scheduleTaints } from './taints.ts';
import { EvictionLimiter, statesOf } from './zones.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const condition = (type: string, status: string) => ({ type, status });
const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
const ready = aNode({ metadata: zone('a') });
const ill = (name = 'a') => aNode({ metadata: zone(name), status: { conditions: [condition('Ready', 'False')] } });

const taintCases: [name: string, n: Node, schedule: string[], execute: string[]][] = [
  ['a ready one', ready, [], []],
  ['one not ready', ill(), ['node.kubernetes.io/not-ready'], ['node.kubernetes.io/not-ready']],
  [
    'one that nobody hears of',
    aNode({ status: { conditions: [condition('Ready', 'Unknown')] } }),
    ['node.kubernetes.io/unreachable'],
    ['node.kubernetes.io/unreachable'],
  ],
  [
    'one under pressure and cordoned',
    aNode({
      spec: { unschedulable: true },
      status: {
        conditions: [
          condition('Ready', 'True'),
          condition('MemoryPressure', 'True'),
          condition('PIDPressure', 'False'),
        ],
      },
    }),
    ['node.kubernetes.io/memory-pressure', 'node.kubernetes.io/unschedulable'],
    [],
  ],
];
for (const [name, n, schedule, execute] of taintCases) {
  test(`taints of ${name}`, () => {
    assert.deepEqual(
      scheduleTaints(n, now).map((t) => t.key),
      schedule,
    );
    assert.deepEqual(
      executeTaints(n, now).map((t) => t.key),
      execute,
    );
  });
}

test("others' taints stay, in their place, and a taint that stays keeps its time", () => {
  const own = { key: 'own', value: 'v', effect: 'PreferNoSchedule' as const };
  const old = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const, timeAdded: '2025-01-01T00:00:00Z' };
  const n = aNode({ spec: { taints: [old, own] }, status: { conditions: [condition('Ready', 'False')] } });
  assert.deepEqual(scheduleTaints(n, now), [old, own]);
  const well = aNode({ spec: { taints: [old, own] } });
  assert.deepEqual(scheduleTaints(well, now), [own]);
});

test('zones: all well, most ill, all ill', () => {
  const state = (...nodes: Node[]) => statesOf(nodes).get(':\0:a')?.state;
  assert.equal(state(ready, ready, ill()), 'Normal');
  assert.equal(state(ready, ill(), ill(), ill()), 'PartialDisruption');
  assert.equal(state(ill(), ill()), 'FullDisruption');
});

test('one node in ten seconds is given up, none while every zone is down', () => {
  const limiter = new EvictionLimiter();
  const [a, b] = [ill(), ill()];
  const some = [a, b, ready, ready, ready];
  assert.equal(limiter.waitMs(a, some, 0), 0);
  assert.equal(limiter.waitMs(b, some, 1000), 9000);
  assert.equal(limiter.waitMs(b, some, 10_000), 0);
  assert.equal(limiter.waitMs(a, [a, b, ill('b')], 100_000), undefined);
  assert.equal(limiter.waitMs(a, [a, b, aNode({ metadata: zone('b') })], 100_000), 0);
});

test('zones: those that are not to count do not, and old labels name a zone', () => {
  const excluded = aNode({ metadata: { labels: { 'node.kubernetes.io/exclude-disruption': '' } } });
  assert.equal(statesOf([excluded]).size, 0);
  const labels = { 'failure-domain.beta.kubernetes.io/zone': 'old', 'topology.kubernetes.io/zone': 'new' };
  assert.deepEqual([...statesOf([aNode({ metadata: { labels } })]).keys()], [':\0:old']);
});

test('silence is measured from the first Ready condition on, and by the grace of a node that has one', () => {
  const book = new HealthBook();
  const begun = aNode({ metadata: { uid: 'u', name: 'n' }, status: { conditions: [] } });
  const told = aNode({ metadata: { uid: 'u', name: 'n' }, status: { conditions: [condition('Ready', 'False')] } });
  book.node(begun, 1000);
  assert.equal(book.node(begun, 5000).heard.at, 1000);
  assert.equal(book.node(told, 9000).heard.at, 9000);
  assert.deepEqual([graceOf(begun), graceOf(told)], [60_000, 50_000]);
});

const post = async (client: FakeCluster['client'], n: Node, status: string) => {
  const at = { lastHeartbeatTime: null, lastTransitionTime: null };
  const current = await client.get(node, n);
  await client.updateStatus(node, current, {
    ...current.status,
    conditions: [{ ...condition('Ready', status), ...at }],
  });
};

async function setUp(cluster: FakeCluster) {
  const { client, clock } = cluster;
  const heartbeat = () => {
    const at = timestamp(clock.now());
    return [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: at, lastTransitionTime: at }];
  };
  const makeNode = (name: string) =>
    client
      .create(node, { metadata: { name, labels: { 'kubernetes.io/os': 'linux' } } })
      .then((n) => client.updateStatus(node, n, { ...n.status, conditions: heartbeat() }));
  const renew = async (name: string) => {
    const metadata = { name, namespace: 'kube-node-lease' };
    const spec = { holderIdentity: name, renewTime: microTimestamp(clock.now()) };
    const held = await client.get(lease, { metadata }).catch(() => undefined);
    await (held ? client.update(lease, { ...held, spec }) : client.create(lease, { metadata, spec }));
  };
  await cluster.run(nodeLifecycleController, taintEvictionController);
  return { makeNode, renew };
}

const readyOf = (n: Node) => n.status.conditions?.find((c) => c.type === 'Ready');

test('a node that renews its lease is well; one that stops is unknown after its grace, its pods not ready and then evicted', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const { makeNode, renew } = await setUp(cluster);
  const silent = await makeNode('silent');
  const well = await makeNode('well');
  const p = await client.create(pod, {
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      nodeName: 'silent',
      containers: [{ name: 'main', image: 'i' }],
      tolerations: [
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    },
  });
  const isReady = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null };
  await client.updateStatus(pod, p, { phase: 'Running', conditions: [isReady] });
  for (let s = 0; s < 100; s += 10) {
    await renew('well');
    if (s < 40) await renew('silent');
    await clock.advance(10_000);
  }
  const [lost, kept] = [await client.get(node, silent), await client.get(node, well)];
  assert.equal(readyOf(kept)?.status, 'True');
  assert.equal(readyOf(lost)?.reason, 'NodeStatusUnknown');
  assert.deepEqual(
    lost.spec.taints?.map((t) => t.effect),
    ['NoSchedule', 'NoExecute'],
  );
  assert.equal((await client.get(pod, p)).status.conditions?.[0]?.status, 'False');
  for (let s = 0; s < 310; s += 10) {
    await renew('well');
    await clock.advance(10_000);
  }
  const evicted = await client.get(pod, p);
  assert.ok(evicted.metadata.deletionTimestamp);
  assert.equal(evicted.status.conditions?.find((c) => c.type === 'DisruptionTarget')?.reason, 'DeletionByTaintManager');
  const told = (await client.list(event)).items.map((e) => `${e.involvedObject.name} ${e.reason}`);
  for (const want of ['silent RegisteredNode', 'silent NodeNotReady', 'p NodeNotReady', 'p TaintManagerEviction']) {
    assert.ok(told.includes(want), want);
  }
  assert.ok(!told.includes('well NodeNotReady'));
});

test('a node that says itself that it is not ready is tainted, and its pods are left to it', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const { makeNode } = await setUp(cluster);
  const n = await makeNode('n');
  await makeNode('well');
  const containers = [{ name: 'main', image: 'i' }];
  const p = await client.create(pod, {
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: 'n', containers, tolerations: [{ operator: 'Exists' }] },
  });
  const isReady = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null };
  await client.updateStatus(pod, p, { phase: 'Running', conditions: [isReady] });
  await clock.settle();
  await post(client, n, 'False');
  await clock.advance(1000);
  const taints = (await client.get(node, n)).spec.taints ?? [];
  assert.deepEqual(new Set(taints.map((t) => `${t.key}:${t.effect}`)), new Set(notReady));
  assert.equal((await client.get(pod, p)).status.conditions?.[0]?.status, 'True');
  assert.ok(!(await client.list(event)).items.some((e) => e.reason === 'NodeNotReady'));
});
const notReady = ['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute'];

test('when the last zone goes down those that had been given up are taken back', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const { makeNode } = await setUp(cluster);
  const [a, b] = [await makeNode('a'), await makeNode('b')];
  const patch = { type: 'merge', patch: { metadata: { labels: { 'topology.kubernetes.io/zone': 'b' } } } } as const;
  await client.patch(node, b, patch);
  const fall = async (n: Node) => {
    await post(client, n, 'False');
    await clock.advance(1000);
  };
  const givenUp = async (n: Node) => (await client.get(node, n)).spec.taints?.some((t) => t.effect === 'NoExecute');
  await fall(a);
  assert.equal(await givenUp(a), true);
  await fall(b);
  assert.deepEqual([await givenUp(a), await givenUp(b)], [false, false]);
  await post(client, b, 'True');
  await clock.advance(11_000);
  assert.deepEqual([await givenUp(a), await givenUp(b)], [true, undefined]);
});

test('a jump of the wall clock makes no node ill', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const { makeNode, renew } = await setUp(cluster);
  const n = await makeNode('n');
  for (let s = 0; s < 200; s += 10) {
    await renew('n');
    if (s === 50) clock.jump(3_600_000);
    if (s === 120) clock.jump(-7_200_000);
    await clock.advance(10_000);
  }
  assert.equal(readyOf(await client.get(node, n))?.status, 'True');
});

test('a node that goes is told of, and old label names follow the new', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const { makeNode } = await setUp(cluster);
  const n = await makeNode('n');
  await clock.settle();
  assert.equal((await client.get(node, n)).metadata.labels?.['beta.kubernetes.io/os'], 'linux');
  await client.delete(node, n);
  await clock.settle();
  const reasons = (await client.list(event)).items.map((e) => e.reason);
  assert.deepEqual(new Set(reasons), new Set(['RegisteredNode', 'RemovingNode']));
});
