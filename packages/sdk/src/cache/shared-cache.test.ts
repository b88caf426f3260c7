import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, type ConfigMap } from '../api/index.ts';
import { nullLogger, seededRandom } from '../runtime/index.ts';
import { FakeClient, SimClock } from '../testing/index.ts';
import { SharedCache } from './index.ts';

function setUp() {
  const clock = new SimClock();
  const random = seededRandom(7);
  const client = new FakeClient({ clock, random });
  const stop = new AbortController();
  const cache = new SharedCache({ client, clock, random, log: nullLogger }, stop.signal);
  const make = (name: string, data: Record<string, string> = {}) =>
    client.create(configMap, { metadata: { name, namespace: 'default' }, data });
  const end = async () => {
    stop.abort();
    await clock.settle();
    await cache.done();
    assert.equal(clock.pending, 0, 'no timer is left');
  };
  return { clock, client, cache, stop, make, end };
}

const names = (objects: readonly ConfigMap[]) => objects.map((o) => o.metadata.name);

test('an informer holds what is there and follows what changes', async () => {
  const { clock, cache, client, stop, make, end } = setUp();
  await make('a');
  const informer = cache.informer(configMap);
  const seen: string[] = [];
  informer.on((next, old) => seen.push(`${old?.metadata.name ?? '-'}>${next?.metadata.name ?? '-'}`));
  await clock.runUntil(informer.synced(stop.signal));
  const b = await make('b');
  await client.update(configMap, { ...b, data: { x: '1' } });
  await client.delete(configMap, b);
  await clock.settle();
  assert.deepEqual(names(informer.list()), ['a']);
  assert.deepEqual(seen, ['->a', '->b', 'b>b', 'b>-']);
  assert.equal(cache.informer(configMap), informer, 'one informer a kind');
  await end();
});

test('a dropped watch goes on where it was: nothing is missed and nothing told twice', async () => {
  const { clock, cache, client, stop, make, end } = setUp();
  const informer = cache.informer(configMap);
  let lists = 0;
  client.react(({ verb }) => void (verb === 'list' && lists++));
  const seen: string[] = [];
  informer.on((next) => seen.push(next?.metadata.name ?? '-'));
  await clock.runUntil(informer.synced(stop.signal));
  for (const name of ['a', 'b', 'c', 'd']) {
    await make(name);
    client.dropWatches();
    if (name === 'b') await clock.advance(60_000);
  }
  await clock.advance(60_000);
  assert.deepEqual(seen, ['a', 'b', 'c', 'd']);
  assert.equal(lists, 0);
  await end();
});

test('when its revision is forgotten it lists again and tells only the differences', async () => {
  const { clock, cache, client, stop, make, end } = setUp();
  const [a, b] = [await make('a'), await make('b')];
  const informer = cache.informer(configMap);
  await clock.runUntil(informer.synced(stop.signal));
  const seen: string[] = [];
  informer.on((next, old) => seen.push(`${old?.metadata.name ?? '-'}>${next?.metadata.name ?? '-'}`));
  let broken = true;
  client.react(({ verb }) => {
    if (broken && verb === 'watch') throw new Error('connection refused');
  });
  client.dropWatches();
  await clock.settle();
  await client.delete(configMap, a);
  await client.update(configMap, { ...b, data: { x: '1' } });
  await make('c');
  client.compact();
  broken = false;
  await clock.advance(120_000);
  assert.deepEqual(seen, ['->a', '->b', 'b>b', '->c', 'a>-']);
  await end();
});

test('an object deleted and made again while nobody watched is two changes', async () => {
  const { clock, cache, client, stop, make, end } = setUp();
  const a = await make('a');
  const informer = cache.informer(configMap);
  await clock.runUntil(informer.synced(stop.signal));
  const seen: (string | undefined)[][] = [];
  informer.on((next, old) => seen.push([old?.metadata.uid, next?.metadata.uid]));
  let broken = true;
  client.react(({ verb }) => {
    if (broken && verb === 'watch') throw new Error('connection refused');
  });
  client.dropWatches();
  await clock.settle();
  await client.delete(configMap, a);
  const again = await make('a');
  client.compact();
  broken = false;
  await clock.advance(120_000);
  assert.deepEqual(seen, [
    [undefined, a.metadata.uid],
    [a.metadata.uid, undefined],
    [undefined, again.metadata.uid],
  ]);
  await end();
});

for (const [code, reason] of [
  [422, 'Invalid'],
  [400, 'BadRequest'],
  [500, 'InternalError'],
] as const) {
  test(`servers that cannot stream a list and say so with ${code} are listed in pages`, async () => {
    const { clock, cache, client, stop, make, end } = setUp();
    for (let i = 0; i < 1200; i++) await make(`m-${i}`);
    const { StatusError } = await import('../machinery/index.ts');
    let streaming = true;
    client.react(({ verb }) => {
      if (verb === 'list') streaming = false;
      if (verb === 'watch' && streaming) throw new StatusError(code, reason, 'sendInitialEvents is forbidden');
    });
    const informer = cache.informer(configMap);
    await clock.runUntil(informer.synced(stop.signal));
    assert.equal(informer.size, 1200);
    await end();
  });
}

test('seen waits until the informer has got that far, and no longer', async () => {
  const { clock, cache, stop, make, end } = setUp();
  const informer = cache.informer(configMap);
  await clock.runUntil(informer.synced(stop.signal));
  const a = await make('a');
  const order: string[] = [];
  const seen = informer.seen(a.metadata.resourceVersion!, stop.signal).then(() => {
    order.push('seen');
    assert.ok(informer.get('default', 'a'));
  });
  order.push('asked');
  await clock.runUntil(seen);
  assert.deepEqual(order, ['asked', 'seen']);
  await end();
});

test('retries back off while the server is away, and stop with the signal', async () => {
  const { clock, cache, client, end } = setUp();
  const times: number[] = [];
  client.react(({ verb }) => {
    if (verb !== 'watch') return;
    times.push(clock.monotonic());
    throw new Error('connection refused');
  });
  cache.informer(configMap);
  await clock.advance(600_000);
  const gaps = times.slice(1).map((t, i) => t - times[i]!);
  assert.ok(gaps.every((g) => g >= 800 && g <= 60_000));
  assert.ok(gaps.at(-1)! >= 30_000);
  await end();
});

test('indexes follow the objects', async () => {
  const { clock, cache, client, stop, make, end } = setUp();
  const informer = cache.informer(configMap);
  informer.addIndex('color', (o) => (o.data?.['color'] ? [o.data['color']] : []));
  const a = await make('a', { color: 'red' });
  await make('b', { color: 'red' });
  await clock.runUntil(informer.synced(stop.signal));
  await client.update(configMap, { ...a, data: { color: 'blue' } });
  await clock.settle();
  assert.deepEqual(names(informer.by('color', 'red')), ['b']);
  assert.deepEqual(names(informer.by('color', 'blue')), ['a']);
  assert.equal(informer.byUid(a.metadata.uid!)?.metadata.name, 'a');
  await end();
});

test('of a kind whose metadata alone are looked at nothing else is kept', async () => {
  const { clock, cache, stop, make, end } = setUp();
  await make('a', { x: '1' });
  const informer = cache.informer({ ...configMap, metadataOnly: true });
  assert.notEqual(informer, cache.informer(configMap));
  await clock.runUntil(cache.synced(stop.signal));
  assert.deepEqual(Object.keys(informer.list()[0]!), ['metadata']);
  assert.deepEqual(cache.informer(configMap).list()[0]!.data, { x: '1' });
  await end();
});

test('the informer of a kind that is gone hears of nothing more, and a kind that came back gets another', async () => {
  const { clock, cache, client, stop, make, end } = setUp();
  let watches = 0;
  client.react(({ verb }) => void (verb === 'watch' && watches++));
  const [asOne, asOther, cameBack] = [{ ...configMap }, { ...configMap }, { ...configMap }];
  const first = cache.informer(asOne);
  assert.equal(cache.informer(asOther), first);
  await make('a');
  await clock.runUntil(first.synced(stop.signal));
  const leaves = [first.on(() => {}), first.on(() => {})];
  cache.end(asOne);
  cache.end(asOther);
  await make('b');
  await clock.settle();
  assert.deepEqual(names(first.list()), ['a']);
  const second = cache.informer(cameBack);
  await clock.runUntil(second.synced(stop.signal));
  assert.deepEqual(names(second.list()), ['a', 'b']);
  // Who listens to what is gone finds it until the last has left, and begins nothing anew.
  for (const leave of leaves) {
    assert.equal(cache.informer(asOther), first);
    leave();
  }
  assert.equal(watches, 2);
  assert.equal(cache.informer(asOther), second);
  await end();
});

test('the informer of a kind that is gone and that nobody listens to is forgotten at once', async () => {
  const { clock, cache, stop, end } = setUp();
  cache.end(configMap);
  const first = cache.informer(configMap);
  await clock.runUntil(first.synced(stop.signal));
  cache.end(configMap);
  const second = cache.informer(configMap);
  assert.notEqual(second, first);
  await clock.runUntil(second.synced(stop.signal));
  await end();
});
