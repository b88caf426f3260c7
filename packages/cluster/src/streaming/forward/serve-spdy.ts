import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type PortForwarder, splice } from '@tiphys/sdk/client';
import type { Clock } from '@tiphys/sdk/runtime';
import { SpdySession, type SpdyStream } from '../spdy/index.ts';

export const forwardProtocol = 'portforward.k8s.io';
/** How long a client may take to open the second of a connection's two streams. */
const pairTimeoutMs = 30_000;

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
  cancel: () => void;
}

/**
 * Serves a client that forwards ports: for each connection it opens an error stream and a data stream of the same request id.
 * Resolves when the client has gone.
 */
export async function serveForward(socket: Duplex, forwarder: PortForwarder, clock: Clock): Promise<void> {
  const pairs = new Map<string, Pair>();
  const session = new SpdySession(socket, {
    side: 'server',
    onStream(stream) {
      const type = stream.headers['streamtype'];
      const port = portOf(stream.headers['port'] ?? '');
      if ((type !== 'data' && type !== 'error') || port === undefined) return void stream.destroy();
      // Clients of long ago name no request: their stream of data comes right after its error stream.
      const id = stream.headers['requestid'] || `port ${port}`;
      const pair: Pair = pairs.get(id) ?? { cancel: clock.after(pairTimeoutMs, () => expire(id)) };
      if (pair[type]) return void stream.destroy();
      pair[type] = stream;
      pairs.set(id, pair);
      if (!pair.data || !pair.error) return;
      pair.cancel();
      pairs.delete(id);
      void forward(forwarder, port, { data: pair.data, error: pair.error });
    },
  });
  const expire = (id: string) => {
    pairs.get(id)?.data?.destroy();
    pairs.get(id)?.error?.destroy();
    pairs.delete(id);
  };
  await session.ended;
  for (const { cancel } of pairs.values()) cancel();
  forwarder.close();
}

async function forward(
  forwarder: PortForwarder,
  port: number,
  { data, error }: { data: SpdyStream; error: SpdyStream },
): Promise<void> {
  error.resume();
  const connection = forwarder.connect(port);
  connection.data.on('error', () => {});
  splice(data, connection.data);
  const problem = await connection.error;
  error.end(problem ?? '');
  // The client reads the error when its connection is over, so that must come now.
  if (problem !== undefined) data.end();
  await Promise.allSettled([finished(error, { readable: false })]);
}

/** Undefined for what is no port. */
export function portOf(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port > 0 && port < 65_536 ? port : undefined;
}
