import type { Readable } from 'node:stream';
import type { RequestBody } from '../../http2/index.ts';

/** The body of a request of HTTP/1.1. */
export const readableBody = (request: Readable): RequestBody => ({
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
  [Symbol.asyncIterator]: () => request[Symbol.asyncIterator]() as AsyncIterator<Buffer>,
});
