import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { RequestBody } from '../../http2/index.ts';

/** The body of a request of HTTP/1.1, where a head says whether there is one (RFC 9112 §6). */
export const bodyOf = (request: IncomingMessage): RequestBody =>
  readableBody(
    request,
    request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined,
  );

/** A body that is read from a stream. */
export const readableBody = (request: Readable, isEmpty = false): RequestBody => ({
  isEmpty,
  // Listens rather than iterates: for the one or two chunks of most bodies an iterator costs more than they do.
  read(reader) {
    request.on('data', (chunk: Buffer) => reader.data(chunk));
    // None of these comes twice.
    request.on('end', () => reader.end());
    request.on('error', () => reader.broken());
    request.on('close', () => {
      if (!request.readableEnded) reader.broken();
    });
  },
  // Giving up half-way doesn't end what it is answered on.
  [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>,
});
