import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { compareKeys } from './keys.ts';

it('keys are ordered as their UTF-8 bytes are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 5 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      assert.equal(Math.sign(compareKeys(a, b)), bytes);
    }),
    { numRuns: 2000 },
  );
});
