import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Leaving } from './leaving.ts';
import { requestOf, type Served } from './request.ts';
import { upgrade } from './upgrade.ts';
import { writeBody } from './write-body.ts';

export interface ListenOptions {
  readonly host?: string;
  readonly port: number;
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** Certificates that sign clients'. */
  readonly clientCa: string | Buffer;
}

export interface Listening {
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** TLS on one port for HTTP/2 and HTTP/1.1; client certificates are asked for, not required. */
export async function listen(served: Served, options: ListenOptions): Promise<Listening> {
  const server = createSecureServer({
    key: options.key,
    cert: options.cert,
    ca: options.clientCa,
    requestCert: true,
    rejectUnauthorized: false,
    allowHTTP1: true,
    // As many streams as a client with many watches may want on its one connection.
    settings: { maxConcurrentStreams: 4096 },
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
  // A connection that breaks is its client's business.
  server.on('sessionError', () => {});
  server.on('request', (request, response) => {
    void answerRequest(served, request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  // With a listener for requests comes Node's layer that makes HTTP/2 look like HTTP/1.1, at a third of the cost of a GET.
  server.removeAllListeners('stream');
  server.on('stream', (stream, headers) => void answerStream(served, stream, headers));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(served, request, { socket, head });
  });
  await bound(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const s of sockets) s.destroy();
      }),
  };
}

function bound(server: Http2SecureServer, { port, host = '0.0.0.0' }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

async function answerStream(served: Served, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
  const leaving = new Leaving();
  stream.once('close', leaving.leave);
  stream.on('error', leaving.leave);
  if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
  const { session } = stream;
  if (!session) return;
  const line = { method: String(headers[':method']), url: String(headers[':path'] ?? '/'), headers };
  const answer = await served.handle(requestOf(line, { source: stream, socket: session.socket as TLSSocket, leaving }));
  if (leaving.gone) return;
  try {
    stream.respond({ ':status': answer.status, ...(answer.headers as Record<string, string | string[]>) });
    // What may have no body ended with its headers.
    if (!stream.writableEnded) await writeBody(stream, answer.body, leaving);
  } catch {
    // The client is gone; there is nobody to tell.
    stream.close();
  }
}

async function answerRequest(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const leaving = new Leaving();
  response.once('close', leaving.leave);
  response.on('error', leaving.leave);
  const socket = request.socket as TLSSocket;
  const { status, headers, body } = await served.handle(requestOf(request, { source: request, socket, leaving }));
  if (leaving.gone) return;
  try {
    response.writeHead(status, headers as Record<string, string | string[]>);
    await writeBody(response, request.method === 'HEAD' ? { type: 'none' } : body, leaving);
  } catch {
    // The client is gone; there is nobody to tell.
    response.destroy();
  }
}
