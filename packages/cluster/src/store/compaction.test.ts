import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nullLogger } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { compactRegularly } from './compaction.ts';
import { StoreFull } from './errors.ts';
import { MemoryBackend } from './memory-backend.ts';

describe('regular compaction', () => {
  const scene = () => {
    const clock = new SimClock();
    const store = new MemoryBackend(clock);
    const stop = new AbortController();
    const write = async (n: number) => {
      for (let i = 0; i < n; i++) await store.txn({ success: [{ op: 'put', key: '/a', value: Buffer.from(`${i}`) }] });
      return store.revision;
    };
    const start = () => compactRegularly(store, { clock, log: nullLogger, intervalMs: 1000 }, stop.signal);
    return { clock, store, stop, write, start };
  };

  it('keeps at least one interval', async () => {
    const { clock, store, stop, write, start } = scene();
    const done = start();
    await write(10);
    await clock.advance(1000);
    assert.equal(store.compactedRevision, 0, 'nothing is an interval old');
    const first = store.revision;
    await write(10);
    await clock.advance(1000);
    assert.equal(store.compactedRevision, first);
    const second = store.revision;
    await clock.advance(1000);
    assert.equal(store.compactedRevision, second);
    stop.abort();
    await done;
    assert.equal(clock.pending, 0);
  });

  it('is done by one of many', async () => {
    const { clock, store, stop, write, start } = scene();
    const compactions: number[] = [];
    const compact = store.compact.bind(store);
    store.compact = (revision) => {
      compactions.push(revision);
      return compact(revision);
    };
    const all = [start(), start(), start()];
    for (let i = 0; i < 6; i++) {
      await write(5);
      await clock.advance(1000);
    }
    // The first interval has nothing to compact; every later one is compacted once, each time further.
    assert.equal(compactions.length, 5);
    assert.deepEqual(
      compactions,
      [...new Set(compactions)].sort((a, b) => a - b),
    );
    stop.abort();
    await Promise.all(all);
  });

  it('goes on after a failure', async () => {
    const { clock, store, stop, write, start } = scene();
    const done = start();
    await clock.advance(1000);
    const txn = store.txn.bind(store);
    store.txn = () => Promise.reject(new StoreFull());
    await clock.advance(1000);
    store.txn = txn;
    await write(3);
    await clock.advance(2000);
    assert.ok(store.compactedRevision > 1);
    stop.abort();
    await done;
  });
});
