import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { abortError } from '@tiphys/sdk/runtime';

export interface NodeAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** A way to the agents of nodes. */
export interface NodeConnector {
  /** A connection on which the node's agent speaks HTTP/1.1 and takes the API server for who it is. */
  connect(node: NodeAddress, signal: AbortSignal): Promise<Duplex>;
}

/** Reaches nodes over TLS, showing the API server's client certificate. Without an authority anybody's certificate will do. */
export const tlsNodes = ({ ca, ...own }: { key: string; cert: string; ca?: string }): NodeConnector => ({
  connect: ({ name, host, port }, signal) => {
    const checked = ca === undefined ? { rejectUnauthorized: false } : { ca, ...checkedBy(host) };
    return dialTls({ ...own, host, port, servername: name, ...checked }, signal);
  },
});

/** Agents' certificates name the node, and the addresses that it had when they were made. */
const checkedBy = (host: string): ConnectionOptions => ({
  checkServerIdentity(name, certificate) {
    const names = certificate.subjectaltname?.split(', ') ?? [];
    const isNamed = names.some((n) => n === `DNS:${name}` || n === `DNS:${host}` || n === `IP Address:${host}`);
    return isNamed ? undefined : new Error(`x509: certificate is valid for ${names.join(', ')}, not ${host}`);
  },
});

export function dialTls(options: ConnectionOptions, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError(signal));
    const socket = connect({ ...options, ALPNProtocols: ['http/1.1'] });
    const onAbort = () => void socket.destroy(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (err) => reject(dialError(err, options)));
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    socket.once('secureConnect', () => {
      socket.setNoDelay();
      resolve(socket);
    });
  });
}

/** Why a connection wasn't made, in the words that clients know. */
export function dialError(
  err: NodeJS.ErrnoException,
  { host, port }: { host?: string | undefined; port?: number | undefined },
): Error {
  const why: Record<string, string> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
    ETIMEDOUT: 'i/o timeout',
  };
  const known = err.code && why[err.code];
  if (!known) return err;
  const at = host?.includes(':') ? `[${host}]` : host;
  return new Error(`dial tcp ${at}:${port}: ${known}`, { cause: err });
}
