import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { type Clock, pacerOf, whenAborted } from '@tiphys/sdk/runtime';
import { Connection, type ServerStream } from '../../http2/index.ts';
import { answerRequest } from './answer-request.ts';
import { answerStream } from './answer-stream.ts';
import { Answering } from './answering.ts';
import { ClientAuthorities } from './client-authorities.ts';
import { badRequestLine, oddRequest, type ParseFailure } from './odd-method.ts';
import type { Served } from './request.ts';
import { upgrade } from './upgrade.ts';

/** What a server shows, and who vouches for those who show it something. */
export interface ServingCredentials {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** Shown instead to who asks for a server of such a name: `a.example`, `*.example`. The first that fits. */
  readonly named?: readonly NamedCertificate[];
  /** Certificates that sign clients'. */
  readonly clientCa: string;
  /** Certificates that sign those of proxies in front, whose word on who asks is taken. */
  readonly frontProxyCa?: string;
}

export interface NamedCertificate {
  readonly names: readonly string[];
  readonly key: string;
  readonly cert: string;
}

export interface ListenOptions extends ServingCredentials {
  readonly clock: Clock;
  readonly host?: string;
  readonly port: number;
  readonly minVersion?: SecureVersion;
  /** OpenSSL's names, joined with colons. */
  readonly ciphers?: string;
  /** Whether a connection ends gracefully after the request at hand, for its client to find another server. */
  readonly moveOn?: () => boolean;
  /** Whether large answers are compressed for who can read that, which they are unless told. */
  readonly compresses?: boolean;
  /** As many as a client with many watches may want on its one connection, unless told. */
  readonly maxStreamsPerConnection?: number;
}

export interface Listening {
  readonly port: number;
  /** Shows something else, and asks somebody else about clients, on connections that come from now on. */
  renew(credentials: ServingCredentials): void;
  /** Takes no more connections, tells clients so, and resolves when everybody who waits has been answered, or with the signal. */
  drain(signal: AbortSignal): Promise<void>;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** How long an idle connection of HTTP/1.1 is kept: as long as Go's clients do. */
const keepAliveMs = 90_000;
/** A client that is gone without a word is noticed, by the system, after so long in which nothing came, and a little more. */
const silenceMs = 180_000;
/** Bytes of a request's headers, in HTTP/1.1 as in HTTP/2. */
const largestHead = 1024 * 1024;

/** TLS on one port for HTTP/2 and HTTP/1.1; client certificates are asked for, not required. */
export async function listen(served: Served, options: ListenOptions): Promise<Listening> {
  const { clock, maxStreamsPerConnection: maxStreams } = options;
  const server = createServer({
    ...contextOf(options, options),
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
    keepAlive: true,
    keepAliveInitialDelay: silenceMs,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: largestHead,
  });
  const answering = new Answering();
  const all = {
    served,
    clock,
    pacer: pacerOf(clock),
    authorities: authoritiesOf(options),
    moveOn: options.moveOn,
    compresses: options.compresses ?? true,
  };
  const onStream = (stream: ServerStream) => void answerStream(all, stream, answering.begin());
  const sockets = new Set<Duplex>();
  const connections = new Set<Connection>();
  const [speakHttp1] = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A connection that breaks is its client's business.
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol !== 'h2') return speakHttp1!.call(server, socket);
    socket.setNoDelay(true);
    const connection = new Connection(socket, { clock, onStream, maxStreams: maxStreams || undefined });
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  server.on('request', (request, response) => void answerRequest(all, { request, response }, answering.begin()));
  server.on('clientError', (failure: ParseFailure, socket: TLSSocket) => {
    const odd = oddRequest(failure, socket);
    if (odd) void answerRequest(all, odd, answering.begin());
    else if (socket.writable && failure.code?.startsWith('HPE_')) socket.end(badRequestLine);
    else socket.destroy();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(all, request, { socket, head });
  });
  addNamed(server, options, options);
  await bound(server, options);
  let closed: Promise<void> | undefined;
  const stopListening = () => (closed ??= new Promise((resolve) => server.close(() => resolve())));
  return {
    port: (server.address() as AddressInfo).port,
    renew(credentials) {
      server.setSecureContext(contextOf(credentials, options));
      addNamed(server, credentials, options);
      all.authorities = authoritiesOf(credentials);
    },
    async drain(signal) {
      void stopListening();
      for (const connection of connections) connection.goAway();
      await answering.idle(signal);
      await Promise.race([whenAborted(signal), Promise.all([...connections].map((c) => c.sent()))]);
    },
    close() {
      const whenClosed = stopListening();
      for (const s of sockets) s.destroy();
      return whenClosed;
    },
  };
}

type TlsLimits = Pick<ListenOptions, 'minVersion' | 'ciphers'>;

const contextOf = (
  { key, cert, clientCa, frontProxyCa = '' }: ServingCredentials,
  { minVersion, ciphers }: TlsLimits,
) => ({
  key,
  cert,
  ca: [clientCa, frontProxyCa].join('\n'),
  ...(minVersion && { minVersion }),
  ...(ciphers !== undefined && { ciphers }),
});

/** The server asks those last that were added first. */
function addNamed(server: Server, credentials: ServingCredentials, limits: TlsLimits): void {
  for (const { names, ...pair } of (credentials.named ?? []).toReversed()) {
    for (const name of names) server.addContext(name, contextOf({ ...credentials, ...pair }, limits));
  }
}

const authoritiesOf = ({ clientCa, frontProxyCa = '' }: ServingCredentials): ClientAuthorities =>
  new ClientAuthorities({ clients: clientCa, frontProxies: frontProxyCa });

const anyAddress = '0.0.0.0';

/** Any address is one of IPv6 too, where the machine has that. */
async function bound(server: Server, { port, host = anyAddress }: ListenOptions): Promise<void> {
  const listenOn = (address: string) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, () => {
        server.off('error', reject);
        resolve();
      });
    });
  if (host !== anyAddress) return listenOn(host);
  try {
    await listenOn('::');
  } catch (err) {
    const { code = '' } = err as NodeJS.ErrnoException;
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw err;
    await listenOn(host);
  }
}
