import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { badRequest, tooLarge } from '@tiphys/sdk/machinery';
import type { ServerRequest, ServerResponse } from '../context.ts';

/** What a listener serves. */
export interface Served {
  handle(request: ServerRequest): Promise<ServerResponse>;
}

type AnyRequest = Http2ServerRequest | IncomingMessage;

/** Request bodies may be this large, as upstream's (3 MiB). */
const largestBody = 3 * 1024 * 1024;

export function requestOf(request: AnyRequest, signal: AbortSignal): ServerRequest {
  let read: Promise<Uint8Array> | undefined;
  const socket = request.socket as TLSSocket;
  return {
    stream: () => request as AsyncIterable<Buffer>,
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

/** The whole body. Listens rather than iterates: for the one or two chunks of most bodies an iterator costs more than they do. */
function readAll(request: AnyRequest): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // What is over the limit is read and dropped, so that the client gets to hear of it.
      if (size <= largestBody) chunks.push(chunk);
      else reject(tooLarge(`limit is ${largestBody}`));
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(badRequest('the client went away before it had sent its body')));
  });
}
