import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
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
  server.on('request', (request, response) => void answer(served, request, response));
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

const gone = new Error('the request is over');

async function answer(served: Served, request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  const controller = new AbortController();
  // A reason made once: the platform's own comes with a stack trace, for every request.
  const leave = () => controller.abort(gone);
  response.once('close', leave);
  response.on('error', leave);
  const { status, headers, body } = await served.handle(requestOf(request, controller.signal));
  if (controller.signal.aborted) return;
  try {
    response.writeHead(status, headers as Record<string, string | string[]>);
    await writeBody(response, request.method === 'HEAD' ? { type: 'none' } : body, controller.signal);
  } catch {
    // The client is gone; there is nobody to tell.
    response.stream?.close?.();
  }
}
