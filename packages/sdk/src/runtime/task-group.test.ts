import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitersOf } from './abort.ts';
import { group } from './task-group.ts';
test('a group that is over is remembered by no signal that lives longer', async () => {
  const { signal } = new AbortController();
  const tasks = group(signal);
  tasks.go(async () => {});
  assert.equal(waitersOf(signal), 1);
  await tasks[Symbol.asyncDispose]();
  assert.equal(waitersOf(signal), 0);
});
