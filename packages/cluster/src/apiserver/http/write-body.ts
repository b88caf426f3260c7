import type { Writable } from 'node:stream';
import type { Body, Sink } from '../context.ts';
import type { Leaving } from './leaving.ts';

/** Pieces up to this many bytes together go out as one. */
const joinBelow = 16 * 1024;

/** Writes a body at the pace of its reader. */
export async function writeBody(response: Writable, body: Body, leaving: Leaving): Promise<void> {
  switch (body.type) {
    case 'none':
      response.end();
      return;
    case 'bytes':
      await writePieces(response, body.pieces, leaving);
      return;
    case 'stream':
      await writeStream(response, body, leaving);
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

async function writeStream(
  response: Writable,
  { chunks, push }: Extract<Body, { type: 'stream' }>,
  leaving: Leaving,
): Promise<void> {
  if (push) return new Promise((resolve, reject) => push(new ResponseSink(response, leaving, { resolve, reject })));
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

async function writePieces(response: Writable, pieces: readonly Uint8Array[], leaving: Leaving): Promise<void> {
  if (pieces.length === 1) return void response.end(pieces[0]!);
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    if (size < joinBelow) continue;
    if (!response.write(Buffer.concat(batch))) await drained(response, leaving.signal);
    if (leaving.gone) return;
    batch = [];
    size = 0;
  }
  response.end(Buffer.concat(batch));
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
