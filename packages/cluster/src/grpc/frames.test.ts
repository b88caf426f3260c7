import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { framed, Unframed } from './frames.ts';

test('messages are the same again, in whatever pieces they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (messages, lengths) => {
        let rest = Buffer.concat(messages.map((m) => framed(m, 100)));
        const unframed = new Unframed(100);
        const found: Buffer[] = [];
        for (let i = 0; rest.length; i++) {
          const length = lengths[i % lengths.length]!;
          found.push(...unframed.take(rest.subarray(0, length)));
          rest = rest.subarray(length);
        }
        assert.deepEqual(
          found.map((f) => [...f]),
          messages.map((m) => [...m]),
        );
      },
    ),
  );
});

test('what is larger than the limit is refused, and so is what is compressed', () => {
  assert.throws(() => framed(new Uint8Array(101), 100), /Sent message larger than max \(101 vs. 100\)/);
  assert.throws(() => new Unframed(100).take(Buffer.from([0, 0, 0, 0, 101])), /Received message larger than max/);
  assert.throws(() => new Unframed(100).take(Buffer.from([1, 0, 0, 0, 1])), /compressed/);
});
