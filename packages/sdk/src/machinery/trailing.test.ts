import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutTrailing } from './trailing.ts';

test('takes off what an expression would', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', 'a', '0') }), (text) => {
      assert.equal(withoutTrailing(text, '/'), text.replace(/\/+$/, ''));
    }),
  );
});
