import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreProblem } from './restore.ts';
import * as s from './words.ts';

const thing = s.struct('x.Thing', {
  name: s.zero(1, s.str()),
  count: s.opt(2, s.int32()),
  on: s.opt(3, s.bool()),
  labels: s.zero(4, s.map(s.str())),
  items: s.zero(5, s.list(s.struct('x.Item', { name: s.zero(1, s.str()) }))),
  amount: s.opt(6, s.quantity()),
  blob: s.zero(7, s.bytes()),
}).shape;

const table: [unknown, string | undefined][] = [
  [{ name: 'a', count: 1, on: true, labels: { a: 'b' }, items: [{ name: 'x' }], amount: '1', blob: 'AA==' }, undefined],
  [{ name: null, items: null, other: 1 }, undefined],
  [{ name: 4 }, 'cannot convert int64 to string'],
  [{ name: true }, 'unrecognized type: string'],
  [{ count: '8080' }, 'unrecognized type: int32'],
  [{ count: 3.5 }, 'cannot convert float64 to int32'],
  [{ on: 'yes' }, 'unrecognized type: bool'],
  [{ labels: 'flat' }, 'cannot restore map from string'],
  [{ items: 'front' }, 'cannot restore slice from string'],
  [{ items: ['front'] }, 'cannot restore struct from: string'],
  [{ blob: 1 }, 'cannot restore slice from int64'],
];
for (const [value, problem] of table) {
  test(`${JSON.stringify(value)}: ${problem}`, () => assert.equal(restoreProblem(thing, value), problem));
}
