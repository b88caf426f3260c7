import type { Estimate } from '../declarations.ts';

/** No bound: upstream counts in 64 bits and stays at the most of them. */
export const unbounded = 2 ** 64;

export const unknown: Estimate = { min: 0, max: unbounded };

const capped = (n: number): number => Math.min(n, unbounded);

export const exactly = (n: number): Estimate => ({ min: n, max: n });

export const sum = (...estimates: readonly Estimate[]): Estimate => ({
  min: capped(estimates.reduce((n, e) => n + e.min, 0)),
  max: capped(estimates.reduce((n, e) => n + e.max, 0)),
});

export const product = (a: Estimate, b: Estimate): Estimate => ({
  min: capped(a.min * b.min),
  max: capped(a.max * b.max),
});

/** Multiplied and rounded up. */
export const scaled = ({ min, max }: Estimate, factor: number): Estimate => ({
  min: capped(Math.ceil(min * factor)),
  max: capped(Math.ceil(max * factor)),
});

/** Both of them and whatever lies between. */
export const either = (a: Estimate, b: Estimate): Estimate => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
