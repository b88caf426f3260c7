import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '../testing/index.ts';
import { watchWallClock } from './wall-clock.ts';

test('tells when the wall clock was set, and by how much', async () => {
  const clock = new SimClock();
  const stop = new AbortController();
  const told: number[] = [];
  const watching = watchWallClock(clock, (byMs) => told.push(byMs), stop.signal);
  await clock.advance(3_600_000);
  assert.deepEqual(told, []);
  for (const ms of [7_200_000, -7_200_000, 400, 400, 400]) {
    clock.jump(ms);
    await clock.advance(20_000);
  }
  assert.deepEqual(told, [7_200_000, -7_200_000, 1200]);
  stop.abort();
  await assert.rejects(watching, { name: 'AbortError' });
  assert.equal(clock.pending, 0);
});
