import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { isAbort, type Logger, TaskGroup } from '@tiphys/sdk/runtime';
import type { Resolver } from './resolver.ts';
import { framed, frames } from './tcp-frames.ts';

export interface DnsServerConfig {
  address: string;
  port: number;
}

export interface DnsServerDeps {
  resolver: Resolver;
  log: Logger;
  config: DnsServerConfig;
  /** Called when both sockets listen, with the port (that of the configuration unless it is 0). */
  onListening?: (port: number) => void;
}

const maxConnections = 1000;
const idleMs = 10_000;

/** Answers over UDP and TCP until stopped. Rejects when the address can't be listened on. */
export async function serveDns(
  { resolver, log, config, onListening }: DnsServerDeps,
  signal: AbortSignal,
): Promise<void> {
  await using tasks = new TaskGroup(signal);
  const answerUdp = async (message: Uint8Array, from: RemoteInfo) => {
    try {
      const answer = await resolver.answer(message, 'udp', tasks.signal);
      // A datagram that can't be sent is as one that got lost: the client asks again.
      if (answer && !tasks.signal.aborted) udp.send(answer, from.port, from.address, () => undefined);
    } catch (err) {
      // One client's question must not end the service of all.
      if (!isAbort(err)) log.error('a DNS question could not be answered', { from: from.address, err: String(err) });
    }
  };
  const udp = createSocket(config.address.includes(':') ? 'udp6' : 'udp4');
  const tcp = createServer((socket) => tasks.go(() => answerTcp(socket, resolver, tasks.signal)));
  tcp.maxConnections = maxConnections;
  try {
    // Where any port will do, TCP picks it: its ports are the ones that others have.
    tcp.listen(config.port, config.address);
    await once(tcp, 'listening', { signal });
    const { port } = tcp.address() as AddressInfo;
    udp.bind(port, config.address);
    await once(udp, 'listening', { signal });
    udp.on('error', (err) => log.warn('DNS socket', { err: String(err) }));
    tcp.on('error', (err) => log.warn('DNS socket', { err: String(err) }));
    udp.on('message', (message, from) => tasks.go(() => answerUdp(message, from)));
    onListening?.(port);
    log.info('DNS listening', { address: config.address, port });
    if (!signal.aborted) await once(signal, 'abort');
  } catch (err) {
    if (!(signal.aborted && isAbort(err))) throw err;
  } finally {
    udp.close();
    tcp.close();
  }
}

/** The questions of one connection, one after the other; it ends when it is idle too long. */
async function answerTcp(socket: Socket, resolver: Resolver, signal: AbortSignal): Promise<void> {
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  socket.setTimeout(idleMs, stop);
  try {
    for await (const message of frames(socket)) {
      const answer = await resolver.answer(message, 'tcp', signal);
      if (answer && !socket.write(framed(answer))) await once(socket, 'drain', { signal });
    }
  } catch {
    // A connection that breaks concerns its client alone.
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}
