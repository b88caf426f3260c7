import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { fuzz, fuzzOptions } from '@tiphys/sdk/testing';
import { controlFrame, dataHead, frameType, words as numbers } from './frames.ts';
import { HeaderReader, HeaderWriter } from './header-block.ts';
import { SpdySession } from './session.ts';

const options = fuzzOptions(process.env);
const corpus = (name: string): URL => new URL(`../../../src/streaming/spdy/corpus/${name}.txt`, import.meta.url);
const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

const opened = (id: number) =>
  controlFrame(
    frameType.synStream,
    0,
    numbers(id, 0),
    Buffer.alloc(2),
    new HeaderWriter().write({ streamtype: 'data' }),
  );
const words = [
  opened(1),
  opened(3),
  controlFrame(frameType.synReply, 1, numbers(1), new HeaderWriter().write({})),
  controlFrame(frameType.rstStream, 0, numbers(1, 5)),
  controlFrame(frameType.ping, 0, numbers(1)),
  controlFrame(frameType.goAway, 0, numbers(1, 0)),
  dataHead(1, 3, false),
  dataHead(1, 0, true),
].map(latin1);

for (const side of ['client', 'server'] as const) {
  test(`a SPDY ${side} that is sent anything comes to an end`, () => {
    const check = async (input: Buffer) => {
      const [near, far] = duplexPair();
      far.resume();
      const session = new SpdySession(near, { side, onStream: (stream) => void stream.resume() });
      const reply = side === 'client' ? session.open({ a: 'b' }).catch(() => undefined) : undefined;
      far.end(input);
      await session.ended;
      (await reply)?.destroy();
    };
    return fuzz({ corpus: corpus(side), words, check }, options);
  });
}

test('a header block is read, or broken', () => {
  const check = async (bytes: Buffer) => {
    const reader = new HeaderReader();
    // A stored block holds no more.
    const input = bytes.subarray(0, 0xffff);
    const stored = Buffer.concat([Buffer.from([0x78, 0x01, 0, 0, 0, 0, 0]), input, Buffer.from([0, 0, 0, 0xff, 0xff])]);
    stored.writeUInt16LE(input.length, 3);
    stored.writeUInt16LE(input.length ^ 0xffff, 5);
    try {
      for (const [name, value] of Object.entries(await reader.read(stored)))
        assert.ok(!(name + value).includes('\0\0'));
    } catch (err) {
      assert.ok(err instanceof Error);
    } finally {
      reader.close();
    }
  };
  return fuzz({ corpus: corpus('headers'), words: ['\0\0\0\x01', '\0\0\0\x02', 'name', 'Name', '\0'], check }, options);
});
