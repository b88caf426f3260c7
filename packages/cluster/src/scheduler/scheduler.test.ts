import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, node, type NodeManifest, pod, type PodManifest } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { isNotFound, StatusError } from '@tiphys/sdk/machinery';
import { nullLogger, Registry, seededRandom } from '@tiphys/sdk/runtime';
import { FakeClient, SimClock } from '@tiphys/sdk/testing';
import { runScheduler } from './index.ts';

/** A scheduler, and an API whose bindings are those of the API server. */
async function setUp() {
  const clock = new SimClock();
  const random = seededRandom(5);
  const client = new FakeClient({ clock, random });
  const stop = new AbortController();
  const log = nullLogger;
  const metrics = new Registry();
  const cache = new SharedCache({ client, clock, random, log }, stop.signal);
  const writtenAfterBinding: string[] = [];
  client.react(async ({ verb, kind, subresource, key }) => {
    if (kind.kind !== 'Pod' || !key || subresource !== 'status' || verb !== 'patch') return;
    const held = await client.get(pod, key).catch((err: unknown) => {
      if (isNotFound(err)) return undefined;
      throw err;
    });
    if (held?.spec.nodeName) writtenAfterBinding.push(held.metadata.name!);
  });
  const running = runScheduler({ client, cache, clock, random, log, metrics }, stop.signal);
  await clock.settle();
  const addNode = (name: string, cpu: string) => {
    const status: NodeManifest['status'] = { allocatable: { cpu, memory: '8Gi', pods: '20' } };
    return client.create(node, { metadata: { name }, status });
  };
  const addPod = (name: string, cpu: string, spec: Partial<PodManifest['spec']> = {}) =>
    client.create(pod, {
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'app:1', resources: { requests: { cpu } } }], ...spec },
    });
  const told = async (reason: string) =>
    (await client.list(event)).items.filter((e) => e.reason === reason).map((e) => ({ ...e }));
  return {
    clock,
    client,
    metrics,
    addNode,
    addPod,
    told,
    writtenAfterBinding,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await clock.settle();
      await Promise.allSettled([running, cache.done()]);
      assert.equal(clock.pending, 0, 'no timer is left');
    },
  };
}

const at = (name: string) => ({ metadata: { name, namespace: 'default' } });
const valueOf = async (metrics: Registry, name: string, labels: Record<string, string> = {}) => {
  const metric = (await metrics.getMetricsAsJSON()).find((m) => m.name === name);
  const values = (metric?.values ?? []) as { labels: Record<string, string>; value: number }[];
  return values.find((v) => Object.entries(labels).every(([k, x]) => v.labels[k] === x))?.value;
};

test('a pod without room is told why once, however often it is tried; the events are one series', async () => {
  await using s = await setUp();
  await s.addNode('n', '1');
  await s.addPod('large', '4');
  const writes: string[] = [];
  s.client.react(({ verb, kind }) => void (verb === 'patch' && writes.push(kind.kind)));
  // The node's size goes up and down, never far enough.
  for (let i = 0; i < 200; i++) {
    await s.clock.advance(1000);
    const part = { spec: { taints: i % 2 ? [] : [{ key: 'k', effect: 'PreferNoSchedule' }] } };
    await s.client.patch(node, { metadata: { name: 'n' } }, { type: 'merge', patch: part });
    await s.client.patch(pod, at('large'), {
      type: 'merge',
      patch: { metadata: { labels: { try: String(i) } } },
    });
  }
  await s.clock.advance(1000);
  const [failed, ...more] = await s.told('FailedScheduling');
  assert.equal(more.length, 0);
  assert.equal(failed?.series?.count, 2);
  assert.equal(writes.filter((k) => k === 'Event').length, 1, 'the series is told of when it begins');
  assert.equal(await valueOf(s.metrics, 'scheduler_schedule_attempts_total', { result: 'unschedulable' }), 201);
  assert.equal(await valueOf(s.metrics, 'scheduler_pending_pods', { queue: 'unschedulable' }), 1);

  await s.clock.advance(31 * 60_000);
  const [later] = await s.told('FailedScheduling');
  const count = later?.series?.count ?? 0;
  assert.ok(count > 201, `a series that goes on is told of: ${count}`);
  await s.clock.advance(6 * 60_000);
  await s.client.delete(pod, at('large'));
  await s.clock.advance(7 * 60_000);
  const [ended] = await s.told('FailedScheduling');
  assert.ok((ended?.series?.count ?? 0) > count, 'its end is told');
});

test('a binding whose answer is lost keeps its place, whether the watch tells of it or the server is asked', async () => {
  for (const heard of ['before', 'after'] as const) {
    await using s = await setUp();
    await s.addNode('n', '1');
    const post = s.client.post.bind(s.client);
    let isDown = false;
    s.client.post = async (...asked) => {
      if (heard === 'before') await post(...asked);
      else void s.clock.sleep(5000).then(() => post(...asked));
      await s.clock.settle();
      s.client.post = post;
      isDown = true;
      throw new Error('connection reset by peer');
    };
    const get = s.client.get.bind(s.client);
    s.client.get = async (kind, key, o) => {
      if (isDown && kind.kind === 'Pod' && s.clock.monotonic() < 6000) throw new Error('connection refused');
      return get(kind, key, o);
    };
    await s.addPod('first', '800m');
    await s.clock.advance(1000);
    await s.addPod('second', '800m');
    await s.clock.advance(10_000);
    assert.equal((await s.client.get(pod, at('first'))).spec.nodeName, 'n', heard);
    assert.equal((await s.client.get(pod, at('second'))).spec.nodeName, undefined, heard);
    assert.equal((await s.told('Scheduled')).length, 1);
    await s.client.delete(pod, at('first'), { gracePeriodSeconds: 0 });
    await s.clock.advance(10_000);
    assert.equal((await s.client.get(pod, at('second'))).spec.nodeName, 'n', 'the place is free again');
  }
});

test('a pod that there is always something new to tell of is cut off', async () => {
  await using s = await setUp();
  await s.addPod('large', '4');
  for (let i = 0; i < 100; i++) {
    await s.addNode(`n${i}`, '1');
    await s.clock.advance(100);
    await s.client.patch(pod, at('large'), { type: 'merge', patch: { metadata: { labels: { n: `${i}` } } } });
    await s.clock.advance(100);
  }
  const told = await s.told('FailedScheduling');
  assert.equal(told.length, 25);
  const { status } = await s.client.get(pod, at('large'));
  assert.match(status.conditions?.[0]?.message ?? '', /^0\/100 nodes are available: 100 Insufficient cpu/);
});

test('preemption: the victim goes, the pod is promised its node and gets it, and nothing is written after the binding', async () => {
  await using s = await setUp();
  await s.addNode('n', '2');
  await s.addPod('low', '2', { priority: 0 });
  await s.clock.advance(1000);
  // Statuses take their time, so that the binding could overtake them.
  s.client.react(async ({ verb, subresource }) => {
    if (verb === 'patch' && subresource === 'status') await s.clock.sleep(700);
  });
  await s.addPod('high', '2', { priority: 100 });
  await s.clock.advance(2000);
  await s.client.delete(pod, at('low'), { gracePeriodSeconds: 0 });
  await s.clock.advance(30_000);
  const high = await s.client.get(pod, at('high'));
  assert.equal(high.spec.nodeName, 'n');
  assert.ok(!s.writtenAfterBinding.includes('high'));
  assert.equal((await s.told('Preempted')).length, 1);
  assert.equal(await valueOf(s.metrics, 'scheduler_preemption_attempts_total'), 1);
});

test('victims that could not be asked to go are asked again', async () => {
  await using s = await setUp();
  await s.addNode('n', '2');
  await s.addPod('low', '2', { priority: 0 });
  await s.clock.advance(1000);
  let refusals = 0;
  s.client.react(({ verb, kind }) => {
    if (verb !== 'delete' || kind.kind !== 'Pod' || refusals >= 2) return;
    refusals++;
    throw new StatusError(503, 'ServiceUnavailable', 'not now');
  });
  await s.addPod('high', '2', { priority: 100 });
  await s.clock.advance(20_000);
  assert.equal(refusals, 2);
  assert.ok((await s.client.get(pod, at('low'))).metadata.deletionTimestamp);
});
