import { createHash } from 'node:crypto';

/** The number that stands for a flow wherever it is dealt queues: the same on every server, as upstream computes it. */
export function flowHash(schema: string, distinguisher: string): bigint {
  return createHash('sha256').update(`${schema}\0${distinguisher}`).digest().readBigUInt64LE(0);
}

/**
 * The queues that a flow may wait in: so many different ones of the deck, drawn by its hash. Two flows seldom get the same hand, so
 * that one which fills its queues leaves the other some that are free.
 */
export function handOf(hash: bigint, { deck, size }: { deck: number; size: number }): readonly number[] {
  const left = Array.from({ length: deck }, (_, card) => card);
  const hand: number[] = [];
  for (let rest = hash; hand.length < size;) {
    const cards = BigInt(left.length);
    hand.push(...left.splice(Number(rest % cards), 1));
    rest /= cards;
  }
  return hand;
}
