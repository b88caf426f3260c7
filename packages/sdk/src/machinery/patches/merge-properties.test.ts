import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equal, isObject, type JsonObject, put } from '../object.ts';
import { mergePatch } from './merge-patch.ts';

const key = fc.constantFrom('a', 'b', 'constructor', '__proto__', 'toString');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>('x', '', 0, 1, true, false),
    fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => {
    const out: JsonObject = {};
    for (const [k, v] of entries) put(out, k, v);
    return out;
  }),
}));
const object = value.filter(isObject) as fc.Arbitrary<JsonObject>;

/** The patch that makes one object of another (RFC 7396, the other way round). */
function difference(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const k of Object.keys(from)) if (!Object.hasOwn(to, k)) put(patch, k, null);
  for (const k of Object.keys(to)) {
    const [was, is] = [Object.hasOwn(from, k) ? from[k] : undefined, to[k]];
    if (equal(was, is)) continue;
    put(patch, k, isObject(was) && isObject(is) ? difference(was, is) : is);
  }
  return patch;
}

test('a merge patch computed from two objects makes the second of the first', () => {
  fc.assert(
    fc.property(object, object, (from, to) => {
      const kept = structuredClone(from);
      assert.ok(equal(mergePatch(from, difference(from, to)), to));
      assert.ok(equal(from, kept));
    }),
  );
});

test('a merge patch applied twice changes nothing more', () => {
  fc.assert(
    fc.property(object, object, (from, patch) => {
      const once = mergePatch(from, patch) as JsonObject;
      assert.ok(equal(mergePatch(once, patch), once));
    }),
  );
});
