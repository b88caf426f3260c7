import { type Duplex, PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { roomIn, type TerminalStreams, WebSocketConnection } from '@tiphys/sdk/client';
import type { Clock } from '@tiphys/sdk/runtime';
import { type SessionChannels, SizeReader, statusText } from './channels.ts';

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** v5 lets the client close a channel; the base64 ones are for clients that can send only text. '' is a client that names none. */
export const webSocketExecProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
];

/**
 * client-go reads a connection before it has made the streams that it reads for, and drops what comes for others: a command that
 * ends at once would leave kubectl with neither output nor exit code on a busy machine.
 */
const settleMs = 20;

/** A client that speaks on numbered channels, the number being the first byte of each message. */
export function webSocketChannels(
  socket: Duplex,
  o: TerminalStreams & { protocol: string; clock: Clock },
): SessionChannels {
  const settled = o.clock.sleep(settleMs);
  const connection = new WebSocketConnection(socket, 'server');
  const isBase64 = o.protocol.includes('base64');
  const stdin = o.stdin ? new PassThrough() : undefined;
  const sizes = new SizeReader();
  const send = async (to: number, data: Uint8Array) => {
    await settled;
    await connection.send(
      isBase64 ? `${to}${Buffer.from(data).toString('base64')}` : Buffer.concat([Uint8Array.of(to), data]),
    );
  };
  const writer = (to: number) =>
    new Writable({
      write: (data: Buffer, _encoding, done) => void send(to, data).then(() => done()),
    });
  const stdout = o.stdout ? writer(channel.stdout) : undefined;
  const stderr = o.stderr ? writer(channel.stderr) : undefined;

  const listen = async () => {
    for await (const { data } of connection.messages()) {
      if (data.length === 0) continue;
      const from = isBase64 ? data[0]! - 0x30 : data[0]!;
      const rest = isBase64 ? Buffer.from(data.toString('latin1', 1), 'base64') : data.subarray(1);
      if (from === channel.stdin && stdin && !stdin.writableEnded && !stdin.destroyed) {
        if (rest.length && !stdin.write(rest)) await roomIn(stdin);
      } else if (from === channel.resize) sizes.read(rest);
      else if (from === channel.close && o.protocol.startsWith('v5') && rest[0] === channel.stdin) stdin?.end();
    }
    // Without v5's word for it, a client that goes away is all that ends stdin.
    stdin?.end();
  };
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const gone = Promise.race([listen(), closed]);
  // Upstream's first message, which tells the client that the streams are there.
  void send(o.stdout ? channel.stdout : o.stderr ? channel.stderr : channel.error, Buffer.alloc(0));
  return {
    ...(stdin && { stdin }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    onResize: (listener) => sizes.listen(listener),
    async finish(status) {
      const outputs = [stdout, stderr].filter((s) => s !== undefined);
      for (const s of outputs) s.end();
      await Promise.allSettled(outputs.map((s) => finished(s)));
      const text = statusText(status, /^v[45]\./.test(o.protocol));
      if (text) await send(channel.error, Buffer.from(text));
      connection.close();
    },
    gone,
    destroy: () => connection.destroy(),
  };
}
