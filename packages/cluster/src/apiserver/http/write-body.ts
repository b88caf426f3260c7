import type { Writable } from 'node:stream';
import type { Body, Sink } from '../context.ts';
import type { Leaving } from './leaving.ts';

/** Long bodies go out in chunks of so many bytes: full frames, and no more than fit the window that most clients begin with. */
const chunkBytes = 32 * 1024;

/**
 * Writes a body at the pace of its reader. No async function, as little of what streams for hours: what those were called with
 * would live as long.
 */
export function writeBody(response: Writable, body: Body, leaving: Leaving): Promise<void> {
  if (body.type === 'bytes') return writePieces(response, body.pieces, leaving);
  if (body.type !== 'stream') return writeWhole(response, body, leaving);
  const { chunks, push } = body;
  if (!push) return writeChunks(response, chunks, leaving);
  return new Promise((resolve, reject) => push(new ResponseSink(response, leaving, { resolve, reject })));
}

async function writeWhole(
  response: Writable,
  body: Exclude<Body, { type: 'bytes' | 'stream' }>,
  leaving: Leaving,
): Promise<void> {
  switch (body.type) {
    case 'none':
      response.end();
      return;
    case 'object':
      response.end(JSON.stringify(body.value));
      return;
    case 'frames':
      for await (const frames of body.frames) {
        if (!response.write(frames.map((f) => `${JSON.stringify(f)}\n`).join('')))
          await drained(response, leaving.signal);
      }
      response.end();
  }
}

async function writeChunks(response: Writable, chunks: AsyncIterable<Uint8Array>, leaving: Leaving): Promise<void> {
  for await (const chunk of chunks) {
    if (leaving.gone) return;
    if (!response.write(chunk)) await drained(response, leaving.signal);
  }
  response.end();
}

class ResponseSink implements Sink {
  readonly #response: Writable;
  readonly #leaving: Leaving;
  readonly #resolve: () => void;
  readonly fail: (why: Error) => void;

  constructor(response: Writable, leaving: Leaving, over: { resolve: () => void; reject: (why: Error) => void }) {
    this.#response = response;
    this.#leaving = leaving;
    this.#resolve = over.resolve;
    this.fail = over.reject;
  }

  write(chunk: Uint8Array): boolean {
    return this.#leaving.gone || this.#response.write(chunk);
  }

  onceRoom(f: () => void): void {
    this.#response.once('drain', f);
  }

  end(): void {
    if (!this.#leaving.gone) this.#response.end();
    this.#resolve();
  }
}

async function writePieces(response: Writable, pieces: Iterable<Uint8Array>, leaving: Leaving): Promise<void> {
  const spare: Buffer[] = [];
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    while (size > chunkBytes) {
      // Memory that has been sent is used again: new memory would cost more than the copying.
      const chunk = spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
      const rest = fill(chunk, batch);
      if (!response.write(chunk, () => spare.push(chunk))) await drained(response, leaving.signal);
      if (leaving.gone) return;
      batch = [rest];
      size = rest.length;
    }
  }
  response.end(batch.length === 1 ? batch[0]! : Buffer.concat(batch, size));
}

/** Fills a chunk with pieces that are longer together, and answers what is left of the last. */
function fill(chunk: Buffer, pieces: readonly Uint8Array[]): Uint8Array {
  let at = 0;
  for (const piece of pieces) {
    const fits = chunk.length - at;
    if (piece.length > fits) {
      chunk.set(piece.subarray(0, fits), at);
      return piece.subarray(fits);
    }
    chunk.set(piece, at);
    at += piece.length;
  }
  throw new Error('a chunk has not been filled');
}

/** Resolves when there is room again, or the signal says that there won't be. */
const drained = (response: Writable, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
