/** Somebody who wants a part of what there is, within bounds. The target isn't below the lower one. */
export interface Claim {
  readonly target: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface Allocation {
  readonly parts: readonly number[];
  /** Of its target everybody gets this fraction, unless a bound is in the way. */
  readonly fraction: number;
}

const leastTarget = 0.001;

/**
 * Shares `sum` out among claims: each gets the same fraction of its target, raised to its lower or cut to its upper bound. Undefined
 * when the bounds don't allow for the sum.
 */
export function allocate(sum: number, claims: readonly Claim[]): Allocation | undefined {
  const wanted = claims.map((c) => ({ ...c, target: Math.max(c.target, leastTarget) }));
  const partsAt = (fraction: number) =>
    wanted.map(({ target, lowest, highest }) => Math.max(lowest, Math.min(highest, fraction * target)));
  const totalAt = (fraction: number) => partsAt(fraction).reduce((a, b) => a + b, 0);
  // Between two fractions at which somebody meets a bound the total grows in a straight line.
  const bends = wanted.flatMap((w) => [w.lowest / w.target, w.highest / w.target]).sort((a, b) => a - b);
  const after = bends.findIndex((fraction) => totalAt(fraction) >= sum - tolerance);
  const to = bends[after];
  if (to === undefined || sum < totalAt(bends[0]!) - tolerance) return undefined;
  const from = bends[after - 1];
  if (from === undefined) return { parts: partsAt(to), fraction: to };
  const [low, high] = [totalAt(from), totalAt(to)];
  const fraction = from + Math.min(1, (sum - low) / (high - low)) * (to - from);
  return { parts: partsAt(fraction), fraction };
}

const tolerance = 1e-7;
