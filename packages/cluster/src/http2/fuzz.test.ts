import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { fuzz, fuzzOptions, SimClock } from '@tiphys/sdk/testing';
import { Connection, type ServerStream } from './index.ts';
import { ErrorCode, FrameType, headBytes, preface } from './protocol.ts';

const corpus = new URL('../../src/http2/corpus/frames.txt', import.meta.url);

/** Frames as `framesOf` reads them: type, flags, stream, length of the payload, payload. */
const words = [
  '\x01\x05\x01\x04\x82\x87\x84\x86',
  '\x01\x04\x01\x04\x83\x87\x84\x86',
  '\x01\x05\x03\x04\x82\x87\x84\x86',
  '\x01\x04\x03\x04\x83\x87\x84\x86',
  '\x01\x01\x05\x02\x82\x87',
  '\x09\x04\x05\x02\x84\x86',
  '\x01\x2d\x01\x0a\x01\x00\x00\x00\x00\x10\x82\x87\x84\x00',
  '\x00\x01\x01\x05hello',
  '\x00\x08\x03\x05\x02he\x00\x00',
  '\x00\x00\x01\x00',
  '\x03\x00\x01\x04\x00\x00\x00\x08',
  '\x04\x00\x00\x06\x00\x04\x00\x00\x00\x00',
  '\x04\x00\x00\x06\x00\x04\x00\x00\x00\x05',
  '\x04\x00\x00\x06\x00\x01\x00\x00\x00\x00',
  '\x04\x01\x00\x00',
  '\x06\x00\x00\x08pingping',
  '\x06\x01\x00\x08farewell',
  '\x07\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00',
  '\x08\x00\x00\x04\x00\x01\x00\x00',
  '\x08\x00\x01\x04\x00\x00\x00\x03',
  '\x08\x00\x01\x04\x7f\xff\xff\xff',
  '\x02\x00\x03\x05\x00\x00\x00\x00\x10',
  '\x63\x00\x00\x02xy',
];

function* framesOf(input: Buffer): Generator<Buffer> {
  yield preface;
  yield Buffer.from([0, 0, 0, FrameType.settings, 0, 0, 0, 0, 0]);
  for (let at = 0; at + 4 <= input.length;) {
    const [type, flags, stream, length] = input.subarray(at, at + 4) as unknown as [number, number, number, number];
    const payload = input.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    yield Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream]), payload]);
  }
}

/** Takes all that is written, and hands on what it is given. */
class Wire extends Duplex {
  readonly written: Buffer[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(Buffer.from(chunk));
    done();
  }
}

/** Answers in all the ways that there are, by the stream's number. */
function answer(stream: ServerStream, n: number): void {
  const ways = [
    () => stream.respond(204, {}, true),
    () => {
      stream.inform(100);
      stream.respond(200, { a: ['1', '2'] });
      stream.body.read({
        data: (chunk) => void stream.write(chunk),
        end: () => stream.end(Buffer.from('.')),
        broken: () => stream.fail(),
      });
    },
    () => {
      stream.respond(200, { 'content-type': 'text/plain' });
      for (let i = 0; i < 5; i++) stream.write(Buffer.alloc(9000, i));
      stream.onceRoom(() => stream.end());
    },
    () => stream.fail(),
    () => {
      stream.respond(200, {});
      stream.moveOn();
      stream.end(Buffer.from('last'));
    },
  ];
  ways[n % ways.length]!();
}

/** Each frame of what was written; throws where there is none. */
function* read(bytes: Buffer): Generator<{ type: number; payload: Buffer }> {
  for (let at = 0; at < bytes.length;) {
    const end = at + headBytes + bytes.readUIntBE(at, 3);
    assert.ok(end <= bytes.length, 'a frame is whole');
    yield { type: bytes[at + 3]!, payload: bytes.subarray(at + headBytes, end) };
    at = end;
  }
}

async function speak(input: Buffer): Promise<void> {
  const clock = new SimClock();
  const wire = new Wire();
  const closed = once(wire, 'close');
  const open = new Set<ServerStream>();
  let begun = 0;
  const onStream = (stream: ServerStream) => {
    open.add(stream);
    stream.onClosed = () => assert.ok(open.delete(stream), 'closed once');
    answer(stream, begun++);
  };
  new Connection(wire, { clock, onStream, maxStreams: 20 });
  wire.on('error', () => {});
  for (const frame of framesOf(input)) wire.emit('data', frame);
  await clock.advance(20_000);
  wire.destroy();
  await closed;
  assert.equal(open.size, 0);
  for (const { type, payload } of read(Buffer.concat(wire.written))) {
    if (type === FrameType.goAway) assert.notEqual(payload.readUInt32BE(4), ErrorCode.internal);
  }
}

test('whatever frames come, each stream is closed once, and the server makes no mistake', () =>
  fuzz({ corpus, words, check: speak }, fuzzOptions(process.env)));
