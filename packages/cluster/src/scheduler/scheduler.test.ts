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
  await s.addNode('n', '4');
  await s.addPod('small', '1');
  await s.clock.advance(1000);
  await s.addPod('large', '4');
  const writes: string[] = [];
  s.client.react(({ verb, kind }) => void (verb === 'patch' && writes.push(kind.kind)));
  // The node has room for more and more pods, but not for this one.
  for (let i = 1; i <= 200; i++) {
    await s.clock.advance(1000);
    const patch = { status: { allocatable: { pods: String(20 + i) } } };
    await s.client.patch(node, { metadata: { name: 'n' } }, { type: 'merge', patch }, { subresource: 'status' });
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
  const company = { labelSelector: { matchLabels: { app: 'nobody' } }, topologyKey: 'zone' };
  await s.addPod('lonely', '1', {
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [company] } },
  });
  for (let i = 0; i < 100; i++) {
    await s.addNode(`n${i}`, '1');
    await s.clock.advance(200);
  }
  const told = await s.told('FailedScheduling');
  assert.equal(told.length, 25);
  const { status } = await s.client.get(pod, at('lonely'));
  assert.match(
    status.conditions?.[0]?.message ?? '',
    /^0\/100 nodes are available: 100 node\(s\) didn't match pod affin/,
  );
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

const messageOf = async (s: Awaited<ReturnType<typeof setUp>>, name: string) =>
  (await s.client.get(pod, at(name))).status.conditions?.find((c) => c.type === 'PodScheduled')?.message;

test('while its victims are asked to go one after the other, the pod waits for the last', async () => {
  await using s = await setUp();
  await s.addNode('n', '2');
  const names = ['first', 'second', 'third'];
  for (const name of names) {
    await s.addPod(name, '500m', { priority: 0, terminationGracePeriodSeconds: name === 'third' ? 0 : 30 });
  }
  await s.clock.advance(1000);
  let isSlow = true;
  s.client.react(async ({ verb, key }) => {
    if (isSlow && verb === 'delete' && key?.metadata.name !== 'third') await s.clock.sleep(2000);
  });
  await s.addPod('high', '2', { priority: 100 });
  await s.clock.advance(1500);
  const gone = await s.client.get(pod, at('third')).catch(isNotFound);
  assert.equal(gone, true);
  await s.clock.advance(10_000);
  assert.equal(
    await messageOf(s, 'high'),
    '0/1 nodes are available: 1 Insufficient cpu.',
    'nothing was tried in between',
  );
  isSlow = false;
  await s.client.delete(pod, at('second'), { gracePeriodSeconds: 0 });
  await s.clock.advance(1500);
  assert.match((await messageOf(s, 'high')) ?? '', /not eligible due to a terminating pod on the nominated node/);
  await s.client.delete(pod, at('first'), { gracePeriodSeconds: 0 });
  await s.clock.advance(10_000);
  assert.equal((await s.client.get(pod, at('high'))).spec.nodeName, 'n');
});

test('without nodes a promise is withdrawn', async () => {
  await using s = await setUp();
  await s.addPod('a', '1', { schedulingGates: [{ name: 'example.com/wait' }] });
  const status = { nominatedNodeName: 'gone' };
  await s.client.patch(pod, at('a'), { type: 'merge', patch: { status } }, { subresource: 'status' });
  await s.client.patch(pod, at('a'), { type: 'merge', patch: { spec: { schedulingGates: null } } });
  await s.clock.advance(1000);
  assert.equal(await messageOf(s, 'a'), 'no nodes available to schedule pods');
  assert.equal((await s.client.get(pod, at('a'))).status.nominatedNodeName, undefined);
});

test('a pod whose node cannot be decided on is told of the error, and tried again', async () => {
  await using s = await setUp();
  await s.addNode('m', '2');
  await s.addNode('n', '2');
  const matchExpressions = [{ key: 'k', operator: 'Gt' as const, values: ['many'] }];
  const preferred = [{ weight: 1, preference: { matchExpressions } }];
  await s.addPod('a', '1', {
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } },
  });
  await s.clock.advance(1000);
  const { status } = await s.client.get(pod, at('a'));
  assert.equal(status.conditions?.[0]?.reason, 'SchedulerError');
  assert.match(status.conditions[0].message ?? '', /^running PreScore plugin "NodeAffinity": \[0\]\.matchExpressions/);
  await s.client.delete(node, { metadata: { name: 'm' } });
  await s.clock.advance(10_000);
  assert.equal((await s.client.get(pod, at('a'))).spec.nodeName, 'n', 'there is no choice any more');
});

test('a pod whose affinity contradicts itself is turned away before any node is looked at, and makes nobody leave', async () => {
  await using s = await setUp();
  await s.addNode('n', '2');
  await s.addPod('low', '2', { priority: 0 });
  await s.clock.advance(1000);
  const named = (name: string) => ({ key: 'metadata.name', operator: 'In' as const, values: [name] });
  const nodeSelectorTerms = [{ matchFields: [named('n'), named('m')] }];
  await s.addPod('a', '1', {
    priority: 100,
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  await s.clock.advance(1000);
  assert.equal(await messageOf(s, 'a'), '0/1 nodes are available: pod affinity terms conflict. not found');
  assert.equal((await s.told('Preempted')).length, 0);
});

test('a pod that kept off what was promised to another gets it when that goes', async () => {
  await using s = await setUp();
  await s.addNode('n', '2');
  await s.addPod('low', '1', { priority: 0 });
  await s.clock.advance(1000);
  await s.addPod('high', '2', { priority: 100 });
  await s.clock.advance(1000);
  await s.addPod('mid', '1', { priority: 50 });
  await s.clock.advance(5000);
  assert.equal((await s.client.get(pod, at('mid'))).spec.nodeName, undefined);
  await s.client.delete(pod, at('high'), { gracePeriodSeconds: 0 });
  await s.clock.advance(5000);
  assert.equal((await s.client.get(pod, at('mid'))).spec.nodeName, 'n', 'beside the low one, which is still leaving');
});

test('a pod that goes away before it has a node gets none; a long message is cut in events alone', async () => {
  await using s = await setUp();
  await s.client.create(pod, {
    metadata: { name: 'leaving', namespace: 'default', finalizers: ['example.com/wait'] },
    spec: { containers: [{ name: 'main', image: 'app:1' }], schedulingGates: [{ name: 'example.com/wait' }] },
  });
  await s.client.delete(pod, at('leaving'));
  await s.client.patch(pod, at('leaving'), { type: 'merge', patch: { spec: { schedulingGates: null } } });
  await s.addNode('n', '2');
  await s.clock.advance(1000);
  assert.equal((await s.client.get(pod, at('leaving'))).spec.nodeName, undefined);
  const [skipped] = await s.told('FailedScheduling');
  assert.equal(skipped?.message, 'skip schedule deleting pod: default/leaving');

  const limits = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`example.com/thing-number-${i}`, '1']));
  const containers = [{ name: 'main', image: 'app:1', resources: { limits, requests: limits } }];
  await s.addPod('greedy', '1', { containers });
  await s.clock.advance(1000);
  const whole = (await messageOf(s, 'greedy')) ?? '';
  const told = (await s.told('FailedScheduling')).find((e) => e.involvedObject.name === 'greedy')?.message;
  assert.ok(whole.length > 1024);
  assert.equal(told, `${whole.slice(0, 1020)} ...`);
});
