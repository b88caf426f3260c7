import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, pod, replicaSet, type ReplicaSet } from '../api/index.ts';
import { SharedCache } from '../cache/index.ts';
import { StatusError } from '../machinery/index.ts';
import { nullLogger, Registry, seededRandom } from '../runtime/index.ts';
import { FakeClient, SimClock } from '../testing/index.ts';
import {
  controllerReference,
  type Controller,
  defineController,
  type ReconcileContext,
  TerminalError,
  watch,
} from './index.ts';

function setUp() {
  const clock = new SimClock();
  const random = seededRandom(3);
  const client = new FakeClient({ clock, random });
  const stop = new AbortController();
  const log = nullLogger;
  const metrics = new Registry();
  const cache = new SharedCache({ client, clock, random, log }, stop.signal);
  let running: Promise<void> | undefined;
  const start = async (controller: Controller) => {
    running = controller.run({ client, cache, clock, random, log, metrics }, stop.signal);
    await clock.settle();
  };
  const end = async () => {
    stop.abort();
    await clock.settle();
    await running;
    await cache.done();
    assert.equal(clock.pending, 0, 'no timer is left');
  };
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'main', image: 'app:1' }] } };
  const makeSet = (name: string, replicas = 1) =>
    client.create(replicaSet, {
      metadata: { name, namespace: 'default' },
      spec: { replicas, selector: { matchLabels: { app: 'x' } }, template },
    });
  const childOf = (rs: ReplicaSet, name: string) => ({
    metadata: { name, namespace: 'default', ownerReferences: [controllerReference(replicaSet, rs)] },
    spec: template.spec,
  });
  return { clock, client, cache, metrics, start, end, makeSet, childOf };
}

test('a controller makes what is missing exactly once, however stale the cache is', async () => {
  const { clock, client, start, end, makeSet } = setUp();
  let calls = 0;
  const controller = defineController({
    name: 'test',
    for: replicaSet,
    owns: [pod],
    async reconcile(rs, { client: c, cache, signal }) {
      calls++;
      const missing = rs.spec.replicas - cache.ownedBy(pod, rs).length;
      const { spec } = rs.spec.template;
      for (let i = 0; i < missing; i++) {
        const metadata = {
          generateName: `${rs.metadata.name}-`,
          namespace: 'default',
          ownerReferences: [controllerReference(replicaSet, rs)],
        };
        await c.create(pod, { metadata, spec }, { signal });
      }
    },
  });
  await start(controller);
  const rs = await makeSet('web', 3);
  // Pokes between every two steps of the controller: each would create three more if it looked at a stale cache.
  for (let i = 0; i < 5; i++) {
    await client.patch(replicaSet, rs, { type: 'merge', patch: { metadata: { labels: { poke: String(i) } } } });
    client.dropWatches();
    await clock.settle();
  }
  await clock.advance(120_000);
  assert.equal((await client.list(pod)).items.length, 3);
  assert.ok(calls >= 2);
  await end();
});

test('deletions are waited for too', async () => {
  const { clock, client, start, end, makeSet, childOf } = setUp();
  const rs = await makeSet('web', 1);
  for (const n of ['a', 'b', 'c', 'd']) await client.create(pod, childOf(rs, n));
  const controller = defineController({
    name: 'test',
    for: replicaSet,
    owns: [pod],
    async reconcile(set, { client: c, cache, signal }) {
      const pods = cache.ownedBy(pod, set);
      for (const p of pods.slice(0, pods.length - set.spec.replicas)) await c.delete(pod, p, { signal });
    },
  });
  await start(controller);
  await clock.advance(10_000);
  assert.equal((await client.list(pod)).items.length, 1);
  await end();
});

test('what a reconcile that failed left on its way is waited for', async () => {
  const { clock, client, start, end, makeSet, childOf } = setUp();
  const rs = await makeSet('web', 1);
  for (const n of ['a', 'b', 'c', 'd']) await client.create(pod, childOf(rs, n));
  let refused = 0;
  client.react(async ({ verb, key }) => {
    if (verb !== 'delete') return;
    if (key?.metadata.name === 'a' && refused++ === 0) throw new Error('connection refused');
    await clock.sleep(5000);
  });
  await start(
    defineController({
      name: 'test',
      for: replicaSet,
      owns: [pod],
      async reconcile(set, { client: c, cache, random, signal }) {
        const surplus = cache.ownedBy(pod, set).length - set.spec.replicas;
        const pods = cache.ownedBy(pod, set).toSorted(() => random.next() - 0.5);
        // The others go on when one is refused; a second look before they are done would choose again.
        const doomed = refused ? pods.slice(0, surplus) : cache.ownedBy(pod, set).slice(0, surplus);
        await Promise.all(doomed.map((p) => c.delete(pod, p, { signal })));
      },
    }),
  );
  await clock.advance(60_000);
  assert.equal((await client.list(pod)).items.length, 1);
  await end();
});

for (const [how, failure] of [
  ['got no answer', () => new Error('connection reset by peer')],
  [
    'the server failed to answer',
    () => new StatusError(504, 'Timeout', 'request did not complete within requested timeout'),
  ],
] as const) {
  test(`a deletion that ${how} may have been carried out: the next look waits until that is known`, async () => {
    const { clock, client, start, end, makeSet, childOf } = setUp();
    const rs = await makeSet('web', 1);
    for (const n of ['a', 'b']) await client.create(pod, childOf(rs, n));
    let looks = 0;
    let [isLost, isOver] = [false, false];
    let asked = 0;
    client.react(async ({ verb, key }) => {
      if (verb === 'get' && isLost && asked++ < 3) throw new Error('connection refused');
      // The cache hears of nothing for a while.
      if ((verb === 'list' || verb === 'watch') && isLost && !isOver) await clock.sleep(10_000);
      if (verb !== 'delete' || isLost) return;
      isLost = true;
      client.dropWatches();
      await client.delete(pod, key!);
      throw failure();
    });
    await start(
      defineController({
        name: 'test',
        for: replicaSet,
        owns: [pod],
        async reconcile(set, { client: c, cache, signal }) {
          const pods = cache.ownedBy(pod, set).toSorted((x, y) => (x.metadata.name! < y.metadata.name! ? -1 : 1));
          // Each look would choose another one.
          if (pods.length > set.spec.replicas) await c.delete(pod, pods[looks++ % 2]!, { signal });
        },
      }),
    );
    await clock.advance(60_000);
    isOver = true;
    assert.deepEqual(
      (await client.list(pod)).items.map((p) => p.metadata.name),
      ['b'],
    );
    await end();
  });
}

test('a change of a controlled or watched object calls for the owner only', async () => {
  const { clock, client, start, end, makeSet, childOf } = setUp();
  const calls: string[] = [];
  const controller = defineController({
    name: 'test',
    for: replicaSet,
    owns: [pod],
    watches: [watch(configMap, (next) => (next?.data?.['for'] ? [`default/${next.data['for']}`] : []))],
    reconcile(_rs, { key }) {
      calls.push(key);
      return Promise.resolve();
    },
  });
  const [a] = [await makeSet('a'), await makeSet('b')];
  await start(controller);
  assert.deepEqual(calls, ['default/a', 'default/b']);
  calls.length = 0;
  await client.create(pod, childOf(a, 'p'));
  await clock.settle();
  await client.create(configMap, { metadata: { name: 'm', namespace: 'default' }, data: { for: 'b' } });
  await clock.settle();
  assert.deepEqual(calls, ['default/a', 'default/b']);
  await end();
});

test('failures are tried again after 5 ms, then twice as long each time; a terminal one is not', async () => {
  const { clock, client, start, end, makeSet } = setUp();
  const times: number[] = [];
  let fail: Error | undefined = new Error('no luck');
  await start(
    defineController({
      name: 'test',
      for: replicaSet,
      reconcile() {
        times.push(clock.monotonic());
        return fail ? Promise.reject(fail) : Promise.resolve();
      },
    }),
  );
  const rs = await makeSet('a');
  await clock.advance(100);
  assert.deepEqual(times, [0, 5, 15, 35, 75]);
  fail = new TerminalError('never');
  await clock.advance(1000);
  const count = times.length;
  await clock.advance(10_000_000);
  assert.equal(times.length, count);
  fail = undefined;
  await client.patch(replicaSet, rs, { type: 'merge', patch: { spec: { replicas: 2 } } });
  await clock.settle();
  assert.equal(times.length, count + 1);
  fail = new StatusError(403, 'Forbidden', 'being terminated', { causes: [{ reason: 'NamespaceTerminating' }] });
  await client.patch(replicaSet, rs, { type: 'merge', patch: { spec: { replicas: 3 } } });
  await clock.advance(1000);
  assert.equal(times.length, count + 2, 'nor is one in a namespace that ends');
  await end();
});

test('requeueAfterMs calls again, and gone is called when the object is no more', async () => {
  const { clock, client, start, end, makeSet } = setUp();
  const seen: string[] = [];
  await start(
    defineController({
      name: 'test',
      for: replicaSet,
      reconcile() {
        seen.push(`at ${clock.monotonic()}`);
        return Promise.resolve({ requeueAfterMs: 30_000 });
      },
      gone({ key }: ReconcileContext) {
        seen.push(`gone ${key}`);
        return Promise.resolve();
      },
    }),
  );
  const rs = await makeSet('a');
  await clock.advance(60_000);
  await client.delete(replicaSet, rs);
  await clock.settle();
  assert.deepEqual(seen, ['at 0', 'at 30000', 'at 60000', 'gone default/a']);
  await end();
});

test('one key is worked on by one worker at a time, different keys by several', async () => {
  const { clock, client, start, end, makeSet } = setUp();
  let together = 0;
  let most = 0;
  const busy = new Set<string>();
  await start(
    defineController({
      name: 'test',
      for: replicaSet,
      workers: 3,
      async reconcile(_rs, { key, signal }) {
        assert.ok(!busy.has(key));
        busy.add(key);
        most = Math.max(most, ++together);
        await clock.sleep(1000, signal);
        together--;
        busy.delete(key);
      },
    }),
  );
  for (const n of ['a', 'b', 'c', 'd', 'e']) {
    const rs = await makeSet(n);
    await client.patch(replicaSet, rs, { type: 'merge', patch: { spec: { replicas: 4 } } });
  }
  await clock.advance(10_000);
  assert.equal(most, 3);
  await end();
});

test('the queue is measured under upstream names', async () => {
  const { clock, start, end, makeSet, metrics } = setUp();
  await start(defineController({ name: 'test', for: replicaSet, reconcile: () => Promise.resolve() }));
  await makeSet('a');
  await clock.settle();
  const text = await metrics.metrics();
  assert.match(text, /workqueue_adds_total\{name="test"\} 1/);
  assert.match(text, /workqueue_depth\{name="test"\} 0/);
  assert.match(text, /workqueue_work_duration_seconds_count\{name="test"\} 1/);
  await end();
});

test('events are written under the name of the controller', async () => {
  const { clock, client, start, end, makeSet } = setUp();
  await start(
    defineController({
      name: 'replicaset',
      for: replicaSet,
      reconcile(object, { events }) {
        events.event({ kind: replicaSet, object }, 'Normal', 'SuccessfulCreate', 'Created pod: x');
        return Promise.resolve();
      },
    }),
  );
  await makeSet('a');
  await clock.settle();
  const { event } = await import('../api/index.ts');
  const [e] = (await client.list(event)).items;
  assert.match(e?.metadata.name ?? '', /^a\.[0-9a-f]+$/);
  assert.equal(e?.reportingComponent, 'replicaset-controller');
  assert.deepEqual(e?.source, { component: 'replicaset-controller' });
  await end();
});
