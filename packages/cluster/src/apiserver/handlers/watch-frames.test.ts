import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinFrames } from './watch-frames.ts';

const frames = ['a', 'bc', 'd', 'e'.repeat(600_000)].map((text) => Buffer.from(text));

test('joined frames are those that were asked for, whatever was joined before', () =>
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom(...frames), { minLength: 1, maxLength: 3 })), (asked) => {
      for (const some of asked) assert.deepEqual(joinFrames(some), Buffer.concat(some));
    }),
    { numRuns: 30 },
  ));

test('who is told the same as the one before gets the same bytes, unless they are many', () => {
  const [a, b, , large] = frames as [Buffer, Buffer, Buffer, Buffer];
  assert.equal(joinFrames([a, b]), joinFrames([a, b]));
  assert.notEqual(joinFrames([b, a]), joinFrames([a, b]));
  assert.notEqual(joinFrames([large, large]), joinFrames([large, large]));
  assert.equal(joinFrames([large]), large);
});
