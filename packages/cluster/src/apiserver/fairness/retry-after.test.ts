import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetryAfter } from './retry-after.ts';

test('the more are refused, the longer they are to stay away, and the other way round', () => {
  const after = new RetryAfter();
  const start = Date.UTC(2026, 0, 1) / 1000;
  const second = (at: number, refused: number) => {
    for (let i = 0; i < refused; i++) after.refuse((start + at) * 1000 + i);
    return after.seconds;
  };
  assert.equal(after.seconds, 1);
  // Decided when a second is over, by what was refused before.
  assert.equal(second(0, 10), 1);
  assert.equal(second(1, 10), 2);
  // Not again before it has had time to show.
  assert.equal(second(2, 10), 2);
  assert.equal(second(3, 10), 4);
  assert.equal(second(4, 10), 4);
  assert.equal(second(7, 20), 8);
  for (let at = 8; at < 200; at++) second(at, 200);
  assert.equal(after.seconds, 32);
  // One a second now: it shrinks to as many seconds as there were refusals in them.
  for (let at = 300; at < 320; at++) second(at, 1);
  assert.equal(after.seconds, 16);
  for (let at = 400; at < 430; at++) second(at * 10, 1);
  assert.equal(after.seconds, 1);
});
