import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Broadcast, nullLogger } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { Compacted, MemoryBackend, type StoreBatch } from '../../store/index.ts';
import { standardKinds } from '../kinds.ts';
import { resourceOf } from '../registry/resource.ts';
import { Feed } from './feed.ts';
import type { Told } from './watcher.ts';

const resource = resourceOf(standardKinds.hubs.find((k) => k.plural === 'configmaps')!);
const key = (name: string) => `${resource.prefix}n/${name}`;

/** A store whose watch can be cut off for longer than the store remembers. */
class DistantStore extends MemoryBackend {
  #cut = new AbortController();
  readonly #returned = new Broadcast();
  #isAway = false;

  away(): void {
    this.#isAway = true;
    this.#cut.abort();
  }

  back(): void {
    this.#isAway = false;
    this.#returned.notify();
  }

  override async *watch(
    prefix: string,
    { fromRevision, signal }: { fromRevision: number; signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    const cut = this.#cut.signal.aborted ? [] : [this.#cut.signal];
    yield* super.watch(prefix, { fromRevision, signal: AbortSignal.any([signal, ...cut]) });
    if (signal.aborted || !this.#isAway) return;
    await this.#returned.next();
    throw new Compacted(this.compactedRevision);
  }
}

test('after being apart for longer than the store remembers the cache is right, and watches start over', async () => {
  const clock = new SimClock();
  const store = new DistantStore(clock);
  const put = async (name: string, data: string) => {
    const value = Buffer.from(`{"metadata":{"name":"${name}","namespace":"n"},"data":{"k":"${data}"}}`);
    return (await store.txn({ success: [{ op: 'put', key: key(name), value }] })).revision;
  };
  for (const name of ['changed', 'deleted', 'kept']) await put(name, '1');
  const feed = new Feed(store, { clock, log: nullLogger });
  const stop = new AbortController();
  await feed.load([resource], stop.signal);
  const cache = feed.cache(resource);
  const followed: string[] = [];
  cache.follow(({ type, entry }) => followed.push(`${type} ${entry.name}`));
  const done = feed.run(stop.signal);
  await feed.current();
  const before = feed.revision;
  const told: Told[] = [];
  const watching = (async () => {
    for await (const batch of cache.watch({}, before)) told.push(...batch);
  })();

  store.away();
  await clock.advance(0);
  await put('changed', '2');
  await put('created', '1');
  await store.txn({ success: [{ op: 'delete', key: key('deleted') }] });
  await store.compact(store.revision);
  store.back();
  await feed.current();
  await watching;

  assert.deepEqual(told, [], 'nothing that might leave something out');
  assert.deepEqual(
    cache.list({}).map((e) => `${e.name} ${JSON.stringify((e.object as { data?: unknown }).data)}`),
    ['changed {"k":"2"}', 'created {"k":"1"}', 'kept {"k":"1"}'],
  );
  assert.deepEqual(followed, ['DELETED deleted', 'MODIFIED changed', 'ADDED created']);
  assert.throws(() => cache.watch({}, before), /too old resource version/);
  const again = cache.watch({}, feed.revision)[Symbol.asyncIterator]();
  await put('kept', '2');
  const { value } = await again.next();
  assert.deepEqual(
    (value as readonly Told[]).map((t) => t.type),
    ['MODIFIED'],
  );
  stop.abort();
  await done;
});

test('a key under which something unreadable stands is not free', async () => {
  const clock = new SimClock();
  const store = new MemoryBackend(clock);
  const put = (name: string, value: string) =>
    store.txn({ success: [{ op: 'put', key: key(name), value: Buffer.from(value) }] });
  await put('before', 'nonsense');
  const feed = new Feed(store, { clock, log: nullLogger });
  const stop = new AbortController();
  await feed.load([resource], stop.signal);
  const cache = feed.cache(resource);
  const done = feed.run(stop.signal);
  await put('since', '{');
  await put('read', '{"metadata":{"name":"read","namespace":"n"}}');
  await feed.current();
  const free = () => ['before', 'since', 'read', 'other'].filter((name) => cache.isFree(key(name)));
  assert.deepEqual(free(), ['other']);
  await put('before', '{"metadata":{"name":"before","namespace":"n"}}');
  await store.txn({ success: ['before', 'read'].map((name) => ({ op: 'delete', key: key(name) })) });
  await feed.current();
  assert.deepEqual(free(), ['before', 'read', 'other']);
  stop.abort();
  await done;
});
