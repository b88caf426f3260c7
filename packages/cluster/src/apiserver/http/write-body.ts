import type { Writable } from 'node:stream';
import type { Body } from '../context.ts';
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
  { chunks, lost }: Extract<Body, { type: 'stream' }>,
  leaving: Leaving,
): Promise<void> {
  for await (const chunk of chunks) {
    if (leaving.gone) return;
    if (response.write(chunk)) continue;
    const isLost = lost?.();
    await drained(response, leaving.signal, isLost);
    // Who doesn't read won't read an end either.
    if (isLost?.aborted) throw new Error('the reader was too slow');
  }
  response.end();
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

/** Resolves when there is room again, or one of the signals says that there won't be. */
const drained = (response: Writable, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      for (const s of signals) s?.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    for (const s of signals) s?.addEventListener('abort', done, { once: true });
    if (signals.some((s) => s?.aborted)) done();
  });
