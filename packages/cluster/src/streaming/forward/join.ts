import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { pipeline } from 'node:stream';

/** Passes bytes both ways, each way until its end; resolves when both are over. A break of one side breaks the other. */
export async function join(a: Duplex, b: Duplex): Promise<void> {
  const isOver = () => {};
  pipeline(a, b, isOver);
  pipeline(b, a, isOver);
  await Promise.allSettled([finished(a), finished(b)]);
}
