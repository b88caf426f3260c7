import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { Leaving } from './leaving.ts';
import { outletOf } from './outlet.ts';
import { writeBody } from './write-body.ts';

/** Takes its time, and copies what it has been given only then: memory that is used again too early would show. */
function slowReader(): { writable: Writable; received: Buffer[] } {
  const received: Buffer[] = [];
  const writable = new Writable({
    highWaterMark: 16 * 1024,
    write: (chunk: Buffer, _encoding, done) =>
      setImmediate(() => {
        received.push(Buffer.from(chunk));
        done();
      }),
  });
  return { writable, received };
}

for (const [name, sizes] of Object.entries({
  nothing: [],
  'one piece': [100],
  'few bytes in pieces': [100, 1, 100],
  'exactly a chunk': [1024, 31 * 1024],
  'many chunks in small pieces': Array.from({ length: 1000 }, (_, i) => (i % 7) * 100),
  'a large piece among small ones': [10, 1_500_000, 10, 40_000, 10],
})) {
  test(`a body goes out as it is, in chunks: ${name}`, async () => {
    const pieces = sizes.map((size) => randomBytes(size));
    const { writable, received } = slowReader();
    const finished = new Promise((resolve) => writable.once('finish', resolve));
    await writeBody(outletOf(writable), { type: 'bytes', pieces }, new Leaving());
    await finished;
    assert.deepEqual(Buffer.concat(received), Buffer.concat(pieces));
    assert.ok(received.every((chunk) => chunk.length <= 32 * 1024));
  });
}

test('when the reader is gone nothing more is made', async () => {
  const leaving = new Leaving();
  const { writable } = slowReader();
  let made = 0;
  function* pieces() {
    for (; made < 1000; made++) {
      if (made === 10) leaving.leave();
      yield Buffer.alloc(16 * 1024);
    }
  }
  await writeBody(outletOf(writable), { type: 'bytes', pieces: pieces() }, leaving);
  assert.ok(made < 20, `${made} pieces`);
});
