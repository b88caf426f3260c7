import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemOf } from './conversion.ts';

test('a value that is kept keeps nothing of what came with it', () => {
  const received = Buffer.alloc(64 * 1024, 'x');
  const numbers = { createRevision: 1, modRevision: 2, version: 2, lease: 0 };
  const { value, key } = itemOf({ key: received.subarray(0, 3), value: received.subarray(100, 200), ...numbers });
  assert.equal(key, 'xxx');
  assert.equal(Buffer.from(value).toString(), 'x'.repeat(100));
  assert.equal(value.buffer.byteLength, 100);
});
