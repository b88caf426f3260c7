import { type Duplex, PassThrough, Writable } from 'node:stream';
import type { ExecSession, TerminalStreams } from './session.ts';
import { internalError, type SessionStatus } from './session-status.ts';
import { roomIn } from './room-in.ts';
import { WebSocketConnection } from './web-socket.ts';

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Newest first; only v5 can tell the process that its stdin has ended. */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** The client's side of exec and attach on numbered channels, the number being the first byte of each message. */
export function channelSession(stream: Duplex, o: TerminalStreams & { protocol: string }): ExecSession {
  const connection = new WebSocketConnection(stream, 'client');
  const send = (to: number, data: Uint8Array) => connection.send(Buffer.concat([Uint8Array.of(to), data]));
  const stdout = o.stdout ? new PassThrough() : undefined;
  const stderr = o.stderr && !o.tty ? new PassThrough() : undefined;
  const stdin = o.stdin
    ? new Writable({
        write: (data: Buffer, _encoding, done) => void send(channel.stdin, data).then(() => done()),
        final(done) {
          if (!o.protocol.startsWith('v5')) return done();
          void send(channel.close, Uint8Array.of(channel.stdin)).then(() => done());
        },
      })
    : undefined;
  const outputs: Record<number, PassThrough | undefined> = { [channel.stdout]: stdout, [channel.stderr]: stderr };
  const errors: Buffer[] = [];

  const listen = async (): Promise<SessionStatus> => {
    for await (const { data } of connection.messages()) {
      const from = data[0];
      if (from === undefined || data.length === 1) continue;
      const rest = data.subarray(1);
      const output = outputs[from];
      if (output && !output.destroyed && !output.write(rest)) await roomIn(output);
      if (from === channel.error) errors.push(rest);
    }
    stdout?.end();
    stderr?.end();
    stream.destroy();
    return statusOf(Buffer.concat(errors).toString('utf8'));
  };
  return {
    ...(stdin && { stdin }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    resize: ({ width, height }) =>
      void send(channel.resize, Buffer.from(JSON.stringify({ Width: width, Height: height }))),
    status: listen(),
    close: () => connection.destroy(),
  };
}

function statusOf(text: string): SessionStatus {
  if (!text) return internalError('the connection ended before the command did');
  try {
    return JSON.parse(text) as SessionStatus;
  } catch {
    return internalError(text);
  }
}
