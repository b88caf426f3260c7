import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { TerminalStreams } from '@tiphys/sdk/client';
import type { Clock } from '@tiphys/sdk/runtime';
import { SpdySession, type SpdyStream } from '../spdy/index.ts';
import { type SessionChannels, SizeReader, statusText } from './channels.ts';

/** Newest first; each adds to the one before: half-closed streams, resizing, exit codes. */
export const spdyExecProtocols = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
const streamCreationTimeoutMs = 30_000;

/** A client that opens a SPDY stream for each channel. Rejects when it doesn't open them all in time. */
export async function spdyChannels(
  socket: Duplex,
  o: TerminalStreams & { protocol: string; clock: Clock },
): Promise<SessionChannels> {
  const { protocol, clock, tty } = o;
  const version = spdyExecProtocols.length - spdyExecProtocols.indexOf(protocol);
  const wanted = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((s) => o[s])];
  if (tty && version >= 3) wanted.push('resize');
  const streams: Record<string, SpdyStream> = {};
  let all = () => {};
  const opened = new Promise<void>((resolve) => (all = resolve));
  const session = new SpdySession(socket, {
    side: 'server',
    onStream(stream) {
      const type = stream.headers['streamtype'] ?? '';
      if (!wanted.includes(type) || streams[type]) return void stream.destroy();
      streams[type] = stream;
      if (Object.keys(streams).length === wanted.length) all();
    },
  });
  const late = new AbortController();
  const outcome = await Promise.race([
    opened.then(() => 'opened' as const),
    session.ended.then(() => 'ended' as const),
    clock.sleep(streamCreationTimeoutMs, late.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    ),
  ]);
  late.abort();
  if (outcome !== 'opened') {
    session.destroy();
    throw new Error('timed out waiting for client to create streams');
  }
  const { stdin, stdout, stderr, resize } = streams;
  const sizes = new SizeReader();
  resize?.on('data', (piece: Buffer) => sizes.read(piece));
  const error = streams['error']!;
  // Nothing is ever said on it by the client, but its end is.
  error.resume();
  return {
    ...(stdin && { stdin }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    onResize: (listener) => sizes.listen(listener),
    async finish(status) {
      error.end(statusText(status, version >= 4));
      const ends = [stdout, stderr, error].filter((s) => s !== undefined);
      for (const s of ends) s.end();
      await Promise.allSettled(ends.map((s) => finished(s, { readable: false })));
      session.close();
    },
    gone: session.ended,
    destroy: () => session.destroy(),
  };
}
