import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { type Clock, type Pacer, pacerOf } from '@tiphys/sdk/runtime';
import { Answering } from './answering.ts';
import { ClientAuthorities } from './client-authorities.ts';
import { Leaving } from './leaving.ts';
import { compressed, isToCompress } from './compress.ts';
import { badRequestLine, oddRequest, type ParseFailure } from './odd-method.ts';
import { type Served, SocketRequest } from './request.ts';
import { upgrade } from './upgrade.ts';
import { writeBody } from './write-body.ts';

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

const manyStreams = 4096;

/** TLS on one port for HTTP/2 and HTTP/1.1; client certificates are asked for, not required. */
export async function listen(served: Served, options: ListenOptions): Promise<Listening> {
  const server = createSecureServer({
    ...contextOf(options, options),
    requestCert: true,
    rejectUnauthorized: false,
    allowHTTP1: true,
    settings: { maxConcurrentStreams: options.maxStreamsPerConnection || manyStreams },
    // Megabytes that one connection may hold back. Past it Node refuses new streams, and the default of 10 is soon
    // reached by a client whose hundreds of watches read slowly for a moment.
    maxSessionMemory: 256,
  });
  const sockets = new Set<Duplex>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const answering = new Answering();
  addNamed(server, options, options);
  const all: Server = {
    served,
    pacer: pacerOf(options.clock),
    authorities: authoritiesOf(options),
    moveOn: options.moveOn,
    compresses: options.compresses ?? true,
  };
  // A connection that breaks is its client's business.
  server.on('sessionError', () => {});
  server.on('request', (request, response) => {
    void answerRequest(
      all,
      { request: request as unknown as IncomingMessage, response: response as unknown as ServerResponse },
      answering.begin(),
    );
  });
  server.on('clientError', (failure: ParseFailure, socket: TLSSocket) => {
    const odd = oddRequest(failure, socket);
    if (odd) void answerRequest(all, odd, answering.begin());
    else if (socket.writable) socket.end(badRequestLine);
  });
  // With a listener for requests comes Node's layer that makes HTTP/2 look like HTTP/1.1, at a third of the cost of a GET.
  server.removeAllListeners('stream');
  server.on('stream', (stream, headers) => void answerStream(all, { stream, headers }, answering.begin()));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(all, request, { socket, head });
  });
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
      for (const session of sessions) session.close();
      await answering.idle(signal);
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
function addNamed(server: Http2SecureServer, credentials: ServingCredentials, limits: TlsLimits): void {
  for (const { names, ...pair } of (credentials.named ?? []).toReversed()) {
    for (const name of names) server.addContext(name, contextOf({ ...credentials, ...pair }, limits));
  }
}

const authoritiesOf = ({ clientCa, frontProxyCa = '' }: ServingCredentials): ClientAuthorities =>
  new ClientAuthorities({ clients: clientCa, frontProxies: frontProxyCa });

const anyAddress = '0.0.0.0';

/** Any address is one of IPv6 too, where the machine has that. */
async function bound(server: Http2SecureServer, { port, host = anyAddress }: ListenOptions): Promise<void> {
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

interface Server {
  readonly served: Served;
  /** Clients send requests in bursts, and all that one read brings come at once. */
  readonly pacer: Pacer;
  authorities: ClientAuthorities;
  readonly moveOn: (() => boolean) | undefined;
  readonly compresses: boolean;
}

/** Calls `done` when the answer has been written, or turns out to be a stream. */
async function answerStream(
  { served, pacer, authorities, moveOn, compresses }: Server,
  { stream, headers }: { stream: ServerHttp2Stream; headers: IncomingHttpHeaders },
  done: () => void,
): Promise<void> {
  const leaving = new Leaving();
  stream.once('close', () => {
    leaving.leave();
    done();
    forgetListeners(stream);
  });
  stream.on('error', leaving.leave);
  if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
  const turn = pacer.turn();
  if (turn) await turn;
  const { session } = stream;
  if (!session) return done();
  const line = { method: String(headers[':method']), url: String(headers[':path'] ?? '/'), headers };
  const made = await served.handle(
    new SocketRequest(line, { source: stream, socket: session.socket as TLSSocket, leaving, authorities }),
  );
  const answer = compresses && isToCompress(headers, made) ? await compressed(made) : made;
  if (leaving.gone) return;
  if (answer.body.type === 'stream') done();
  // The client is gone; there is nobody to tell.
  const broken = () => stream.close();
  try {
    stream.respond({ ':status': answer.status, ...(answer.headers as Record<string, string | string[]>) });
    if (moveOn?.()) session.close();
    // What may have no body ended with its headers. Nobody awaits it, so that what was needed to answer goes while a watch lasts.
    if (!stream.writableEnded) writeBody(stream, answer.body, leaving).catch(broken);
  } catch {
    broken();
  }
}

/**
 * Node's own half of a stream keeps it until the next full collection of garbage, which then has as much to do as there were
 * requests since the last. What listens to a stream that is closed is let go before.
 */
function forgetListeners(stream: ServerHttp2Stream): void {
  stream.removeAllListeners();
  stream.on('error', unheard);
}

const unheard = (): void => {};

async function answerRequest(
  { served, pacer, authorities, compresses }: Server,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  done: () => void,
): Promise<void> {
  const leaving = new Leaving();
  response.once('close', leaving.leave);
  response.once('close', done);
  response.on('error', leaving.leave);
  const turn = pacer.turn();
  if (turn) await turn;
  if (leaving.gone) return;
  const socket = request.socket as TLSSocket;
  const made = await served.handle(new SocketRequest(request, { source: request, socket, leaving, authorities }));
  const { status, headers, body } = compresses && isToCompress(request.headers, made) ? await compressed(made) : made;
  if (leaving.gone) return;
  if (body.type === 'stream') done();
  // The client is gone; there is nobody to tell.
  const broken = () => void response.destroy();
  try {
    response.writeHead(status, headers as Record<string, string | string[]>);
    // Who watches wants to know that it does before anything happens.
    if (body.type === 'stream') response.flushHeaders();
    writeBody(response, request.method === 'HEAD' ? { type: 'none' } : body, leaving).catch(broken);
  } catch {
    broken();
  }
}
