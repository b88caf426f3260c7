import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodManifest } from '@tiphys/sdk/api';
import { aNode, aPod, type Part, SimClock } from '@tiphys/sdk/testing';
import type { ClusterEvent } from './framework.ts';
import { NodeInfo } from './node-info.ts';
import { podInfo } from './pod-info.ts';
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
    ['a node that grew', { type: 'node-updated', node: nodeInfo('8'), changed: new Set(['allocatable']) }, true],
    ['a node with new labels', { type: 'node-updated', node: nodeInfo('8'), changed: new Set(['labels']) }, false],
    ['a pod that went', { type: 'pod-deleted', pod: pod('x', asking('1')) }, true],
    ['a pod that came', { type: 'pod-added', pod: pod('x', asking('1')) }, false],
    ['a pod that shrank', { type: 'pod-updated', pod: pod('x'), changed: new Set(['scaled-down']) }, true],
    ['a pod with new labels', { type: 'pod-updated', pod: pod('x'), changed: new Set(['labels']) }, false],
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

test('a pod that changes is tried again, unless only its status did', () => {
  const { queue } = setUp();
  const turnAway = () => {
    queue.tryTake();
    queue.turnedAway('a', fit);
  };
  queue.add(pod('a', { ...asking('1'), metadata: { generation: 1 } }));
  turnAway();
  queue.update(pod('a', { ...asking('1'), metadata: { generation: 1 }, status: { phase: 'Pending' } }));
  assert.equal(queue.sizes.unschedulable, 1);
  queue.update(pod('a', { ...asking('1'), metadata: { generation: 2 } }));
  assert.equal(queue.sizes.unschedulable, 0);
  turnAway();
  queue.update(pod('a', { ...asking('1'), metadata: { generation: 2, labels: { app: 'x' } } }));
  assert.equal(queue.sizes.unschedulable, 0);
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
