import assert from 'node:assert/strict';
import { Duplex, duplexPair, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
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

test('what came before a connection broke is still there to be read', async () => {
  const connection = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const session = new SpdySession(connection, { side: 'client' });
  const opened = [session.open({ streamtype: 'stdout' }), session.open({ streamtype: 'error' })];
  const headers = new HeaderWriter();
  for (const id of [1, 3]) {
    connection.push(controlFrame(frameType.synReply, 0, words(id), headers.write({})));
  }
  const [stdout, error] = await Promise.all(opened);
  // More than a stream's reader may be behind, so that the rest waits while the connection breaks.
  const said = 'x'.repeat(300_000);
  connection.push(dataHead(1, said.length, true));
  connection.push(said);
  connection.push(dataHead(3, 6, true));
  connection.push('status');
  await new Promise((resolve) => setImmediate(resolve));
  connection.destroy(new Error('reset by peer'));
  await session.ended;
  assert.equal(await text(error!), 'status');
  assert.equal((await text(stdout!)).length, said.length);
});
