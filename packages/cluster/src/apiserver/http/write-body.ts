import type { Body } from '../context.ts';
import type { Leaving } from './leaving.ts';
import type { Outlet } from './outlet.ts';

/** Long bodies go out in chunks of so many bytes: full frames, and no more than fit the window that most clients begin with. */
const chunkBytes = 32 * 1024;

/**
 * Writes a body at the pace of its reader. No async function, as little of what streams for hours: what those were called with
 * would live as long.
 */
export function writeBody(outlet: Outlet, body: Body, leaving: Leaving): Promise<void> {
  if (body.type === 'bytes') return writePieces(outlet, body.pieces, leaving);
  if (body.type !== 'stream') return writeWhole(outlet, body, leaving);
  const { chunks, push } = body;
  if (!push) return writeChunks(outlet, chunks, leaving);
  push(outlet);
  return Promise.resolve();
}

async function writeWhole(
  outlet: Outlet,
  body: Exclude<Body, { type: 'bytes' | 'stream' }>,
  leaving: Leaving,
): Promise<void> {
  switch (body.type) {
    case 'none':
      outlet.end();
      return;
    case 'object':
      outlet.end(Buffer.from(JSON.stringify(body.value)));
      return;
    case 'frames':
      for await (const frames of body.frames) {
        const lines = frames.map((f) => `${JSON.stringify(f)}\n`).join('');
        if (!outlet.write(Buffer.from(lines))) await drained(outlet, leaving);
      }
      outlet.end();
  }
}

async function writeChunks(outlet: Outlet, chunks: AsyncIterable<Uint8Array>, leaving: Leaving): Promise<void> {
  for await (const chunk of chunks) {
    if (leaving.gone) return;
    if (!outlet.write(chunk)) await drained(outlet, leaving);
  }
  outlet.end();
}

async function writePieces(outlet: Outlet, pieces: Iterable<Uint8Array>, leaving: Leaving): Promise<void> {
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
      if (!outlet.write(chunk, () => spare.push(chunk))) await drained(outlet, leaving);
      if (leaving.gone) return;
      batch = [rest];
      size = rest.length;
    }
  }
  outlet.end(batch.length === 1 ? batch[0]! : Buffer.concat(batch, size));
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

/** Resolves when there is room again, or nobody waits any more. */
const drained = (outlet: Outlet, leaving: Leaving): Promise<void> =>
  new Promise((resolve) => {
    const forget = leaving.onceOver(resolve);
    outlet.onceRoom(() => {
      forget();
      resolve();
    });
  });
