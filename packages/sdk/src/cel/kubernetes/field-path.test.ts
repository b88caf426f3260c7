import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePath } from './field-path.ts';

const text = { type: 'string' };
const schema = { properties: { a: { properties: { 'b.c': text } }, m: { additionalProperties: text } } };

test('paths lead to where a schema says', () => {
  assert.deepEqual(resolvePath(".a['b.c']", schema), { path: ['a', 'b.c'], text: 'a.b.c', schema: text });
  assert.deepEqual(resolvePath('.m.k', schema), { path: ['m', 'k'], text: 'm[k]', schema: text });
});

test('and those that lead nowhere say why', () => {
  for (const [path, problem] of [
    ['a', 'expected [ or . but got: a'],
    ['.b', 'does not refer to a valid field'],
    ['.', 'unexpected end of JSON path'],
    ['.a[0]', 'expected single quoted string but got 0'],
    [".a['b.c'", 'unexpected end of JSON path'],
  ] as const) {
    assert.deepEqual(resolvePath(path, schema), { problem }, path);
  }
  assert.deepEqual(resolvePath(".a['b.c']", schema, { brackets: false }), { problem: 'array notation is not allowed' });
});
