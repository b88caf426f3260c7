import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { badRequest, tooLarge } from '@tiphys/sdk/machinery';
import type { ServerRequest, ServerResponse } from '../context.ts';
import type { Leaving } from './leaving.ts';

/** What a listener serves. */
export interface Served {
  handle(request: ServerRequest): Promise<ServerResponse>;
}

/** What stands before a request's body, whatever the version of HTTP. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** What a request came through. */
export interface Carrier {
  /** The body. */
  readonly source: Readable;
  readonly socket: TLSSocket;
  readonly leaving: Leaving;
}

/** Request bodies may be this large, as upstream's (3 MiB). */
const largestBody = 3 * 1024 * 1024;

export function requestOf(
  { method = 'GET', url = '/', headers }: RequestHead,
  { source, socket, leaving }: Carrier,
): ServerRequest {
  let read: Promise<Uint8Array> | undefined;
  return {
    stream: () => source as AsyncIterable<Buffer>,
    method,
    path: url,
    headers,
    objects: false,
    get signal() {
      return leaving.signal;
    },
    giveUp: leaving.giveUp,
    onceOver: leaving.onceOver,
    body: () => (read ??= readAll(source)),
    ...connectionOf(socket),
  };
}

type Connection = Pick<ServerRequest, 'remoteAddress' | 'clientCertificate'>;

/** Looked up once per connection: it can't change while it lasts. */
const connections = new WeakMap<object, Connection>();

function connectionOf(socket: TLSSocket): Connection {
  let known = connections.get(socket);
  if (!known) {
    const { remoteAddress } = socket;
    const raw = socket.authorized ? socket.getPeerCertificate().raw : undefined;
    known = { ...(remoteAddress !== undefined && { remoteAddress }), ...(raw && { clientCertificate: raw }) };
    connections.set(socket, known);
  }
  return known;
}

/** The whole body. Listens rather than iterates: for the one or two chunks of most bodies an iterator costs more than they do. */
function readAll(request: Readable): Promise<Uint8Array> {
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
    request.once('close', () => {
      if (!request.readableEnded) reject(badRequest('the client went away before it had sent its body'));
    });
  });
}
