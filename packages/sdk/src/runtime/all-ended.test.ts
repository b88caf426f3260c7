import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '../testing/index.ts';
import { allEnded } from './all-ended.ts';

test('a failure is told when the others have ended', async () => {
  const clock = new SimClock();
  let ended = false;
  const slow = clock.sleep(100).then(() => (ended = true));
  const all = allEnded([Promise.reject(new Error('first')), slow]);
  const told = assert.rejects(all, /first/).then(() => assert.ok(ended));
  await clock.advance(100);
  await told;
});
