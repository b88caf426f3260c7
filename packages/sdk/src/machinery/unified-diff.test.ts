import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { unifiedDiff } from './unified-diff.ts';

test('a change is told with three lines around it', () => {
  const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 };
  assert.equal(
    unifiedDiff(before, { ...before, e: 50 }),
    '@@ -3,6 +3,6 @@\n  "b": 2,\n  "c": 3,\n  "d": 4,\n- "e": 5,\n+ "e": 50,\n  "f": 6\n }\n',
  );
});

test('nothing to tell about what is the same', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => unifiedDiff(value, structuredClone(value)) === ''));
});

test('taking away what was added gives back what was there', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), fc.dictionary(fc.string(), fc.integer()), (a, b) => {
      const lines = unifiedDiff(a, b).split('\n');
      const count = (mark: string) => lines.filter((l) => l.startsWith(mark)).length;
      const size = (v: unknown) => JSON.stringify(v, null, 1).split('\n').length;
      return size(a) - count('-') + count('+') === size(b);
    }),
  );
});
