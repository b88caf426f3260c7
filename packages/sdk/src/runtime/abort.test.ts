import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { onAbort, waitersOf } from './abort.ts';

test('whoever waits for a signal is told once, unless they have let go; all together are one listener', () => {
  const stop = new AbortController();
  const told: string[] = [];
  onAbort(stop.signal, () => told.push('first'));
  const letGo = onAbort(stop.signal, () => told.push('gone'));
  onAbort(stop.signal, () => told.push('last'));
  letGo();
  assert.equal(waitersOf(stop.signal), 2);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 1);
  stop.abort();
  stop.abort();
  assert.deepEqual(told, ['first', 'last']);
  assert.equal(waitersOf(stop.signal), 0);
});
