import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullLogger, systemClock } from '@tiphys/sdk/runtime';
import { MemoryBackend } from '../../store/index.ts';
import { Feed } from './feed.ts';

test('who waits for what is newest is told when the feed is over, rather than left to wait', async () => {
  const store = new MemoryBackend(systemClock);
  const feed = new Feed(store, { clock: systemClock, log: nullLogger });
  const stop = new AbortController();
  await feed.load([], stop.signal);
  const running = feed.run(stop.signal);
  const waiting = feed.reached(store.revision + 1);
  stop.abort();
  await assert.rejects(waiting, { code: 503 });
  await running;
  await assert.rejects(feed.reached(store.revision + 1), { code: 503 });
  await store.close();
});
