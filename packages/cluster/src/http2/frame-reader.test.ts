import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameReader } from './frame-reader.ts';
import { ConnectionError, ErrorCode, preface } from './protocol.ts';

function frame(type: number, flags: number, stream: number, payload: string): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  // The highest bit is to be ignored.
  head.writeUInt32BE((stream | 0x8000_0000) >>> 0, 5);
  return Buffer.concat([head, Buffer.from(payload)]);
}

const sent = Buffer.concat([
  preface,
  frame(4, 0, 0, ''),
  frame(1, 5, 1, 'headers'),
  frame(0, 1, 3, 'x'.repeat(300)),
  frame(99, 255, 7, 'unknown'),
]);
const read = ['4 0 0 0', '1 5 1 7', '0 1 3 300', '99 255 7 7'];

function readIn(chunks: Iterable<Buffer>): string[] {
  const frames: string[] = [];
  const reader = new FrameReader((h, payload) => frames.push(`${h.type} ${h.flags} ${h.stream} ${payload.length}`));
  for (const chunk of chunks) reader.read(chunk);
  return frames;
}

test('frames come out whole, wherever what was sent is cut', () => {
  assert.deepEqual(readIn([sent]), read);
  for (let at = 0; at <= sent.length; at++) {
    assert.deepEqual(readIn([sent.subarray(0, at), sent.subarray(at)]), read, `cut at ${at}`);
  }
  assert.deepEqual(readIn(Array.from(sent, (byte) => Buffer.from([byte]))), read);
});

for (const [what, bytes, code] of [
  ['another preface', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), ErrorCode.protocol],
  ['the beginning of another preface', Buffer.from('PRI * HTTP/1'), ErrorCode.protocol],
  [
    'a frame that is too long',
    Buffer.concat([preface, Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 1])]),
    ErrorCode.frameSize,
  ],
] as const) {
  test(`${what} is refused before there is more of it`, () => {
    assert.throws(
      () => readIn([bytes]),
      (err) => err instanceof ConnectionError && err.code === code,
    );
  });
}
