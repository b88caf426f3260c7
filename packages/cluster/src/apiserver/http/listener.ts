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
import { tooLarge } from '@tiphys/sdk/machinery';
import type { ServerRequest, ServerResponse } from '../context.ts';
import { writeBody } from './write-body.ts';

export interface ListenOptions {
  readonly host?: string;
  readonly port: number;
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** Certificates that sign clients'. */
  readonly clientCa: string | Buffer;
}

/** What a listener serves: requests, and connections that a client wants to speak another protocol on. */
export interface Served {
  handle(request: ServerRequest): Promise<ServerResponse>;
  upgrade?(request: ServerRequest, socket: Duplex, head: Buffer): Promise<void>;
}

export interface Listening {
  readonly port: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Request bodies may be this large, as upstream's (3 MiB). */
const largestBody = 3 * 1024 * 1024;

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
    socket.on('error', () => socket.destroy());
    const controller = new AbortController();
    socket.once('close', () => controller.abort());
    if (!served.upgrade) return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    void served.upgrade(requestOf(request, controller.signal), socket, head).catch(() => socket.destroy());
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

type AnyRequest = Http2ServerRequest | IncomingMessage;

async function answer(served: Served, request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  response.on('error', () => controller.abort());
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

function requestOf(request: AnyRequest, signal: AbortSignal): ServerRequest {
  let read: Promise<Uint8Array> | undefined;
  const socket = request.socket as TLSSocket;
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    objects: false,
    signal,
    body: () => (read ??= readAll(request)),
    ...(socket.remoteAddress !== undefined && { remoteAddress: socket.remoteAddress }),
    ...certificateOf(socket),
  };
}

/** Looked up once per connection: it can't change while it lasts. */
const certificates = new WeakMap<object, { clientCertificate?: Uint8Array }>();

function certificateOf(socket: TLSSocket): { clientCertificate?: Uint8Array } {
  let known = certificates.get(socket);
  if (!known) {
    const raw = socket.authorized ? socket.getPeerCertificate().raw : undefined;
    certificates.set(socket, (known = raw ? { clientCertificate: raw } : {}));
  }
  return known;
}

async function readAll(request: AnyRequest): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) {
      throw tooLarge(`limit is ${largestBody}`);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
