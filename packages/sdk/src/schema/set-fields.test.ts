import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../runtime/index.ts';
import { s, setFields } from './index.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const struct = s.struct('Letters', {
  a: s.opt(1, s.str()),
  b: s.opt(2, s.str()),
  c: s.opt(3, s.str()),
  d: s.opt(4, s.str()),
  e: s.opt(5, s.str()),
  f: s.opt(6, s.str()),
});

test('fields end in published order, whatever was there and whatever is set or taken away', () => {
  const random = seededRandom(7);
  const values = ['0', '1', '2', null];
  const some = () =>
    Object.fromEntries(names.filter(() => random.int(2)).map((name) => [name, values[random.int(4)]!]));
  for (let i = 0; i < 3000; i++) {
    const target = Object.fromEntries(Object.entries(some()).sort(() => random.int(3) - 1));
    const fields = Object.fromEntries(Object.entries(some()).map(([n, v]) => [n, random.int(3) ? v : undefined]));
    const wanted: Record<string, unknown> = { ...target, ...fields };
    const expected = names.filter((n) => wanted[n] !== undefined).map((n) => [n, wanted[n]]);
    const given = JSON.stringify([target, fields]);
    setFields(struct, target as s.Out<typeof struct>, fields);
    assert.deepEqual(Object.entries(target), expected, given);
  }
});

test('what stays as it is may be frozen', () => {
  const target = Object.freeze({ a: '1', b: '2' });
  setFields(struct, target, { a: '1' });
  assert.deepEqual(target, { a: '1', b: '2' });
  setFields(struct, Object.freeze({ b: '2', a: '1' }), { b: '2', c: undefined });
});
