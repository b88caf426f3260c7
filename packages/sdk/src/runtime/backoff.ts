import type { Random } from './random.ts';

export interface BackoffOptions {
  baseMs: number;
  maxMs: number;
  factor?: number;
  /** Fraction of the delay added at random, 0 to 1. */
  jitter?: number;
  random?: Random;
}

/** The delay before attempt `n` (0 for the first retry), in milliseconds. */
export function backoff(n: number, { baseMs, maxMs, factor = 2, jitter = 0, random }: BackoffOptions): number {
  const plain = Math.min(maxMs, baseMs * factor ** n);
  return jitter && random ? plain * (1 + jitter * random.next()) : plain;
}
