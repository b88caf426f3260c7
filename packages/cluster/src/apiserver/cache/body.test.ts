import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Body } from './body.ts';

test('large bodies are packed, those that gain nothing by it stay', async () => {
  const text = (bytes: number) => Buffer.from('{"description":"what it is"}'.repeat(bytes / 28));
  for (const [bytes, isKept] of [
    [text(1000), true],
    [randomBytes(100_000), true],
    [text(100_000), false],
  ] as const) {
    const body = new Body(bytes);
    assert.equal(body.bytes, bytes);
    void body.pack();
    assert.deepEqual(Buffer.from(body.bytes), bytes);
    await body.pack();
    assert.equal(body.bytes === bytes, isKept);
    assert.deepEqual(Buffer.from(body.bytes), bytes);
    assert.equal(body.size, bytes.length);
  }
});
