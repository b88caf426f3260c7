import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from './settle.ts';
import * as s from './words.ts';

const shape = s.struct('A', { list: s.req(1, s.list(s.str()), { nullable: true }) }).shape;

test('a list that is always written is null once it is stored empty', () => {
  const made = { list: [] };
  settle(shape, made);
  assert.deepEqual(made, { list: null });
});

test('what comes out of the store stays as it is', () => {
  const stored = Object.freeze({ list: [] });
  settle(shape, stored);
  assert.deepEqual(stored, { list: [] });
});
