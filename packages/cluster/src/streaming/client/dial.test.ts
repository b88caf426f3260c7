import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { exitCodeOf, exitedWith } from '@tiphys/sdk/client';
import { controlFrame, frameType, words } from '../spdy/frames.ts';
import { SpdySession, type SpdyStream } from '../spdy/index.ts';
import { openSession } from './exec.ts';

const signal = new AbortController().signal;

/**
 * A container runtime whose command has ended with code 5: it says so and is gone at once. Bytes that it hasn't read make its
 * kernel reset the connection.
 */
async function brusqueRuntime(t: TestContext) {
  const server = createServer();
  let connection!: { session: SpdySession; socket: Socket };
  const streams = new Map<string, SpdyStream>();
  server.on('upgrade', (_request, socket: Socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\n' +
        'x-stream-protocol-version: v4.channel.k8s.io\r\n\r\n',
    );
    const onStream = (stream: SpdyStream) => void streams.set(stream.headers['streamtype']!, stream);
    connection = { socket, session: new SpdySession(socket, { side: 'server', onStream }) };
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const write = (output: string) => void streams.get('stdout')!.write(output);
  const end = () => {
    streams.get('error')!.end(JSON.stringify(exitedWith(5)));
    connection.socket.write(controlFrame(frameType.goAway, 0, words(0, 0)));
  };
  const leave = () => connection.socket.destroy();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/exec`, write, end, leave };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

describe('a runtime that is gone after its last word', () => {
  it('is heard out by somebody who writes to it', async (t) => {
    const { url, write, end, leave } = await brusqueRuntime(t);
    const session = await openSession(url, { signal, stdin: true, stdout: true });
    session.stdin!.write('unread');
    write('said');
    end();
    leave();
    // In the same turn: what was said waits in our kernel, which knows by now that the connection is broken.
    session.stdin!.write('unread');
    assert.equal((await buffer(session.stdout!)).toString(), 'said');
    assert.equal(exitCodeOf(await session.status), 5);
  });

  it('is heard out by somebody who reads slowly', async (t) => {
    const { url, write, end, leave } = await brusqueRuntime(t);
    const session = await openSession(url, { signal, stdin: true, stdout: true });
    const output = 'x'.repeat(256 * 1024);
    write(output);
    // From here on the connection waits for the reader of this stream.
    while (session.stdout!.readableLength < output.length) await turns(1);
    end();
    await turns(20);
    session.stdin!.write('unread');
    leave();
    await turns(20);
    assert.equal((await buffer(session.stdout!)).length, output.length);
    assert.equal(exitCodeOf(await session.status), 5);
  });
});
