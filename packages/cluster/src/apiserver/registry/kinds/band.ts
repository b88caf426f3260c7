import type { Random } from '@tiphys/sdk/runtime';

/**
 * Numbers to be given out, from `first` on. The lower ones are left, as long as there are others, to those who choose one
 * themselves; upstream keeps a sixteenth of the addresses and a thirty-second of the ports for them.
 */
export interface Band {
  readonly first: bigint;
  readonly size: number;
  readonly reserved: number;
}

/** So many that those who choose find room, and not so many that the others don't. */
export const reservedOf = (size: number, part: number, most: number): number =>
  size < 16 ? 0 : Math.min(Math.max(16, Math.floor(size / part)), most);

/** Any free number, beginning at a random place; undefined when all are taken. */
export function anyOf(
  { first, size, reserved }: Band,
  random: Random,
  take: (n: bigint) => boolean,
): bigint | undefined {
  for (const [from, count] of [
    [reserved, size - reserved],
    [0, reserved],
  ] as const) {
    if (count <= 0) continue;
    const start = random.int(count);
    for (let i = 0; i < count; i++) {
      const n = first + BigInt(from + ((start + i) % count));
      if (take(n)) return n;
    }
  }
  return undefined;
}
