import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeManifest, PodManifest } from '@tiphys/sdk/api';
import { aNode, aPod, type Part, SimClock } from '@tiphys/sdk/testing';
import type { ClusterEvent, NodeAspect, PodAspect } from './framework.ts';
import { NodeInfo } from './node-info.ts';
import { type PodInfo, podInfo } from './pod-info.ts';
import { defaultPlugins } from './plugins/index.ts';
import { SchedulingQueue } from './queue.ts';

function setUp() {
  const clock = new SimClock();
  const told: string[] = [];
  const queue = new SchedulingQueue(clock, defaultPlugins, (place, why) => told.push(`${why} ${place}`));
  const names = () => {
    const out: string[] = [];
    for (let t = queue.tryTake(); t; t = queue.tryTake()) out.push(t.info.name);
    return out;
  };
  return { clock, queue, told, names };
}

const pod = (name: string, part: Part<PodManifest> = {}) =>
  podInfo(aPod({ ...part, metadata: { ...part.metadata, name, uid: name } }));
const asking = (cpu: string): Part<PodManifest> => ({
  spec: { containers: [{ name: 'main', image: 'app:1', resources: { requests: { cpu } } }] },
});
const nodeInfo = (cpu: string) => new NodeInfo(aNode({ status: { allocatable: { cpu, memory: '8Gi', pods: '10' } } }));
const fit = new Set(['NodeResourcesFit']);
const gpu: Part<PodManifest> = {
  spec: { containers: [{ name: 'main', image: 'app:1', resources: { limits: { 'example.com/gpu': '1' } } }] },
};
const nodeChange = (before: string, after: string, aspect: NodeAspect): ClusterEvent => ({
  type: 'node-updated',
  node: nodeInfo(after),
  old: nodeInfo(before),
  changed: new Set([aspect]),
});
const podChange = (old: PodInfo, next: PodInfo, aspect: PodAspect): ClusterEvent => ({
  type: 'pod-updated',
  pod: next,
  old,
  changed: new Set([aspect]),
});

test('higher priority goes first, and among equals who has waited longer', async () => {
  const { clock, queue, names } = setUp();
  for (const [name, priority] of [
    ['a', 0],
    ['b', 0],
    ['c', 100],
    ['d', -1],
  ] as const) {
    queue.add(pod(name, { spec: { priority } }));
    await clock.advance(10);
  }
  assert.deepEqual(names(), ['c', 'a', 'b', 'd']);
});

test('a pod that caused errors is tried again after 1, 2, 4, 8, 10, 10 seconds', async () => {
  const { clock, queue } = setUp();
  queue.add(pod('a'));
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    assert.equal(queue.tryTake()?.attempts, i + 1);
    queue.turnedAway('a', new Set());
    assert.equal(queue.tryTake(), undefined);
    const since = clock.monotonic();
    await clock.runUntil(() => queue.sizes.active === 1);
    waits.push(clock.monotonic() - since);
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('a pod that nothing fits waits for what helps its plugins, and for nothing else', () => {
  const { queue, names } = setUp();
  const large = pod('large', asking('4'));
  const helpful: [name: string, event: ClusterEvent, helps: boolean][] = [
    ['a node that is large enough', { type: 'node-added', node: nodeInfo('4') }, true],
    ['a node that never could be', { type: 'node-added', node: nodeInfo('2') }, false],
    ['a node that grew', nodeChange('2', '8', 'allocatable'), true],
    ['a node that shrank, and is large enough', nodeChange('16', '8', 'allocatable'), false],
    ['a node with new labels', nodeChange('8', '8', 'labels'), false],
    ['a node that went', { type: 'node-deleted', node: nodeInfo('8') }, false],
    ['a pod that went', { type: 'pod-deleted', pod: pod('x', asking('1')) }, true],
    ['a pod that asked for nothing and went', { type: 'pod-deleted', pod: pod('x') }, true],
    ['a pod that came', { type: 'pod-added', pod: pod('x', asking('1')) }, false],
    ['a pod that shrank', podChange(pod('x', asking('2')), pod('x', asking('1')), 'scaled-down'), true],
    ['a pod that gave up what nobody wants', podChange(pod('x', gpu), pod('x'), 'scaled-down'), false],
    ['a pod with new labels', podChange(pod('x'), pod('x'), 'labels'), false],
  ];
  for (const [name, event, helps] of helpful) {
    queue.add(large);
    assert.deepEqual(names(), ['large'], name);
    queue.turnedAway('large', fit);
    queue.happened(event);
    assert.equal(queue.sizes.unschedulable, helps ? 0 : 1, name);
    queue.remove('large');
  }
});

test('an event during the backoff puts a pod behind those that are in line, by the end of its backoff', async () => {
  const { clock, queue, told, names } = setUp();
  const went: ClusterEvent = { type: 'pod-deleted', pod: pod('x', asking('1')) };
  const turnAway = (name: string, times: number) => {
    for (let i = 0; i < times; i++) {
      if (i) queue.happened(went);
      queue.tryTake();
      queue.turnedAway(name, fit);
    }
  };
  queue.add(pod('twice', { ...asking('1') }));
  turnAway('twice', 2);
  queue.add(pod('once', asking('1')));
  turnAway('once', 1);
  queue.happened(went);
  assert.equal(queue.sizes.backoff, 2);
  queue.add(pod('fresh'));
  assert.deepEqual(names(), ['fresh', 'once', 'twice']);
  assert.ok(told.includes('AssignedPodDelete backoff'));

  queue.turnedAway('once', fit);
  await clock.advance(60_000);
  queue.happened(went);
  assert.equal(queue.sizes.active, 1, 'its backoff has passed');
});

test('what nothing helps is tried after five minutes all the same', async () => {
  const { clock, queue } = setUp();
  queue.add(pod('a', asking('1')));
  queue.tryTake();
  queue.turnedAway('a', fit);
  await clock.advance(299_000);
  queue.flush();
  assert.equal(queue.sizes.active, 0);
  await clock.advance(1000);
  queue.flush();
  assert.equal(queue.sizes.active, 1);
});

test('gates keep a pod out of line until the last is gone', () => {
  const { queue, told } = setUp();
  queue.add(pod('a', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } }));
  assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 0, gated: 1 });
  assert.equal(queue.tryTake(), undefined);
  queue.happened({ type: 'node-added', node: nodeInfo('4') });
  assert.equal(queue.sizes.gated, 1);
  queue.update(pod('a'));
  assert.equal(queue.tryTake()?.info.name, 'a');
  assert.deepEqual(told, ['PodAdd gated', 'PodUpdate active']);
});

test('a pod that changes is tried again when that changes the mind of what turned it away', () => {
  const { queue } = setUp();
  const tolerating = { tolerations: [{ key: 'k', operator: 'Exists' as const }] };
  const cordon = { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' as const }] };
  const spread = (nodeTaintsPolicy: 'Honor' | 'Ignore') => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule' as const,
        labelSelector: { matchLabels: { app: 'x' } },
        nodeTaintsPolicy,
      },
    ],
  });
  const labels = { metadata: { labels: { app: 'x' } } };
  const rows: [by: string, before: Part<PodManifest>, after: Part<PodManifest>, again: boolean][] = [
    ['NodeResourcesFit', asking('2'), { ...asking('2'), status: { phase: 'Pending' } }, false],
    ['NodeResourcesFit', asking('2'), { ...asking('2'), ...labels }, false],
    ['NodeResourcesFit', asking('2'), asking('1'), true],
    ['NodeAffinity', {}, labels, false],
    ['InterPodAffinity', {}, labels, true],
    ['PodTopologySpread', { spec: spread('Ignore') }, { ...labels, spec: spread('Ignore') }, true],
    [
      'PodTopologySpread',
      { spec: spread('Ignore') },
      { metadata: { labels: { app: 'y' } }, spec: spread('Ignore') },
      false,
    ],
    ['PodTopologySpread', { spec: spread('Honor') }, { spec: { ...spread('Honor'), ...tolerating } }, true],
    ['PodTopologySpread', { spec: spread('Ignore') }, { spec: { ...spread('Ignore'), ...tolerating } }, false],
    ['TaintToleration', {}, { spec: tolerating }, true],
    ['NodeUnschedulable', {}, { spec: tolerating }, false],
    ['NodeUnschedulable', {}, { spec: cordon }, true],
    ['NodePorts', {}, { ...labels, spec: tolerating }, false],
  ];
  for (const [by, before, after, again] of rows) {
    queue.add(pod('a', before));
    queue.tryTake();
    queue.turnedAway('a', new Set([by]));
    queue.update(pod('a', after));
    assert.equal(queue.sizes.unschedulable, again ? 0 : 1, `${by}: ${JSON.stringify(after)}`);
    queue.remove('a');
  }
});

test('what happens while room is made for a pod is no reason to try it', () => {
  const { queue } = setUp();
  const went: ClusterEvent = { type: 'pod-deleted', pod: pod('x', asking('1')) };
  queue.add(pod('a', asking('1')));
  queue.tryTake();
  queue.turnedAway('a', fit);
  queue.hold('a', true);
  queue.happened(went);
  assert.equal(queue.sizes.unschedulable, 1);
  queue.hold('a', false);
  queue.happened(went, (info) => info.priority > 0);
  assert.equal(queue.sizes.unschedulable, 1, 'it concerns others');
  queue.happened(went);
  assert.equal(queue.sizes.unschedulable, 0);
});

test('each plugin waits for what helps it, and for nothing else', () => {
  const { queue } = setUp();
  const on = (labels: Record<string, string>, spec: Part<NodeManifest['spec']> = {}) =>
    new NodeInfo(aNode({ metadata: { labels }, spec }));
  const change = (old: NodeInfo, node: NodeInfo, aspect: NodeAspect): ClusterEvent => ({
    type: 'node-updated',
    node,
    old,
    changed: new Set([aspect]),
  });
  const tainted = { taints: [{ key: 'k', effect: 'NoSchedule' as const }] };
  const port = (hostIP: string): Part<PodManifest> => ({
    spec: { containers: [{ name: 'main', image: 'app:1', ports: [{ containerPort: 80, hostPort: 80, hostIP }] }] },
  });
  const spread: Part<PodManifest> = {
    spec: {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'x' } },
        },
      ],
    },
  };
  const ssd: Part<PodManifest> = { spec: { nodeSelector: { disk: 'ssd' } } };
  const x = pod('x', { metadata: { labels: { app: 'x' } } });
  const y = pod('x', { metadata: { labels: { app: 'y' } } });
  const rows: [by: string, waiting: Part<PodManifest>, event: ClusterEvent, helps: boolean][] = [
    ['NodeAffinity', ssd, change(on({}), on({ disk: 'ssd' }), 'labels'), true],
    ['NodeAffinity', ssd, change(on({ disk: 'ssd' }), on({ disk: 'ssd', a: 'b' }), 'labels'), false],
    ['TaintToleration', {}, change(on({}, tainted), on({}), 'taints'), true],
    ['TaintToleration', {}, change(on({}), on({}), 'taints'), false],
    ['NodeUnschedulable', {}, change(on({}, { unschedulable: true }), on({}), 'unschedulable'), true],
    ['NodeUnschedulable', {}, change(on({}, tainted), on({}), 'taints'), false],
    ['NodeAffinity', ssd, change(on({}, tainted), on({}), 'taints'), true],
    ['NodeResourcesFit', {}, change(on({}), on({}, { unschedulable: true }), 'unschedulable'), false],
    ['NodeResourcesFit', {}, change(on({}, { unschedulable: true }), on({}), 'unschedulable'), true],
    ['InterPodAffinity', {}, change(on({}), on({}, tainted), 'taints'), true],
    ['NodePorts', port('10.0.0.1'), { type: 'pod-deleted', pod: pod('x', port('10.0.0.1')) }, true],
    ['NodePorts', port('10.0.0.1'), { type: 'pod-deleted', pod: pod('x', port('10.0.0.2')) }, false],
    ['PodTopologySpread', spread, { type: 'node-deleted', node: on({ zone: '1' }) }, true],
    ['PodTopologySpread', spread, { type: 'node-deleted', node: on({}) }, false],
    ['PodTopologySpread', spread, { type: 'node-added', node: on({}) }, false],
    ['PodTopologySpread', spread, change(on({ zone: '1' }), on({ zone: '2' }), 'labels'), true],
    ['PodTopologySpread', spread, change(on({ zone: '1' }), on({ zone: '1', a: 'b' }), 'labels'), false],
    ['PodTopologySpread', spread, change(on({ zone: '1' }), on({ zone: '1' }, tainted), 'taints'), true],
    ['PodTopologySpread', spread, { type: 'pod-added', pod: x }, true],
    ['PodTopologySpread', spread, { type: 'pod-deleted', pod: y }, false],
    ['PodTopologySpread', spread, podChange(x, y, 'labels'), true],
  ];
  for (const [by, waiting, event, helps] of rows) {
    queue.add(pod('a', waiting));
    queue.tryTake();
    queue.turnedAway('a', new Set([by]));
    queue.happened(event);
    assert.equal(queue.sizes.unschedulable, helps ? 0 : 1, `${by}: ${event.type}, ${helps}`);
    queue.remove('a');
  }
});

test('a storm of events leaves nothing behind, however many pods are being bound', () => {
  const { queue } = setUp();
  for (let i = 0; i < 100; i++) queue.add(pod(`p${i}`, asking('1')));
  for (let i = 0; i < 100; i++) queue.tryTake();
  for (let i = 0; i < 1000; i++) queue.happened({ type: 'node-added', node: nodeInfo('4') });
  for (let i = 0; i < 100; i++) queue.turnedAway(`p${i}`, fit);
  assert.equal(queue.sizes.unschedulable, 100, 'they were decided on what they saw');
  for (let i = 0; i < 100; i++) queue.remove(`p${i}`);
  assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 0, gated: 0 });
});
