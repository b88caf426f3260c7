import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { group } from './task-group.ts';
test('a group that is over is remembered by no signal that lives longer', async () => {
  const { signal } = new AbortController();
  const tasks = group(signal);
  tasks.go(async () => {});
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  await tasks[Symbol.asyncDispose]();
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
