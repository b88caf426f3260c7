import assert from 'node:assert/strict';
import { duplexPair, Readable } from 'node:stream';
import { test } from 'node:test';
import { controlFrame, dataHead, type Frame, frameType, readFrames, words } from './frames.ts';
import { HeaderWriter } from './header-block.ts';
import { SpdySession } from './session.ts';
import type { SpdyStream } from './stream.ts';

test('a stream that was opened before is refused, and goes on as it was', async () => {
  const [near, far] = duplexPair();
  const heard: Buffer[] = [];
  far.on('data', (bytes: Buffer) => heard.push(bytes));
  const streams: SpdyStream[] = [];
  const session = new SpdySession(near, { side: 'server', onStream: (stream) => void streams.push(stream) });
  const headers = new HeaderWriter();
  const open = (id: number) =>
    far.write(
      controlFrame(frameType.synStream, 0, words(id, 0), Buffer.alloc(2), headers.write({ streamtype: `s${id}` })),
    );
  open(3);
  open(3);
  open(1);
  open(5);
  far.write(dataHead(3, 2, true));
  far.end('hi');

  await session.ended;
  const resets: Frame[] = [];
  for await (const frame of readFrames(Readable.from([Buffer.concat(heard)])))
    if (frame.type === 'control' && frame.code === frameType.rstStream) resets.push(frame);
  const protocolError = 1;
  assert.deepEqual(
    resets.map((f) => f.type === 'control' && [f.id, f.body.readUInt32BE(0)]),
    [
      [3, protocolError],
      [1, protocolError],
    ],
  );
  assert.deepEqual(
    streams.map((s) => s.headers['streamtype']),
    ['s3', 's5'],
  );
  assert.equal(String(streams[0]!.read()), 'hi');
});
