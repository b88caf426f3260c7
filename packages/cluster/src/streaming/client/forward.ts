import { Duplex, PassThrough } from 'node:stream';
import { type ForwardedConnection, type PortForwarder, splice } from '@tiphys/sdk/client';
import { forwardProtocol } from '../forward/serve-spdy.ts';
import type { SpdySession } from '../spdy/index.ts';
import { type DialOptions, dialSpdy } from './dial.ts';

/** Speaks port-forward to the URL that a container runtime gave for it. */
export async function openForwarder(url: string, o: DialOptions): Promise<PortForwarder> {
  const { session } = await dialSpdy(url, [forwardProtocol], o);
  let nextId = 0;
  return {
    connect: (port) => connect(session, port, nextId++),
    close: () => session.close(),
  };
}

function connect(session: SpdySession, port: number, requestId: number): ForwardedConnection {
  const toCaller = new PassThrough();
  const fromCaller = new PassThrough();
  const data = Duplex.from({ readable: toCaller, writable: fromCaller });
  data.on('error', () => {});
  const inner = Duplex.from({ readable: fromCaller, writable: toCaller });
  inner.on('error', () => {});
  const error = run(session, inner, { port: String(port), requestid: String(requestId) }).catch((err: unknown) => {
    data.destroy();
    return (err as Error).message;
  });
  return { data, error };
}

async function run(
  session: SpdySession,
  data: Duplex,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const error = await session.open({ ...headers, streamtype: 'error' });
  error.end();
  const stream = await session.open({ ...headers, streamtype: 'data' });
  splice(stream, data);
  const pieces: Buffer[] = [];
  for await (const piece of error) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8') || undefined;
}
