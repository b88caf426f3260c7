import { allocate } from './allocation.ts';
import type { Concurrency } from './concurrency.ts';
import type { Integral } from './integrator.ts';

export const borrowingPeriodMs = 10_000;

/** Of what was smoothed so much remains after a period: half after five minutes. */
const remaining = 0.977;

/** How many seats a level could use, as it has been lately. */
export class SeatDemand {
  average = 0;
  deviation = 0;
  /** The most in the last period. */
  highest = 0;
  /** Follows a rising demand at once and a falling one slowly. */
  smoothed = 0;

  update({ seconds, average, deviation, highest }: Integral): void {
    this.highest = Math.round(highest);
    if (seconds <= 0) return;
    this.average = average;
    this.deviation = deviation;
    const envelope = average + deviation;
    this.smoothed = Math.max(envelope, remaining * this.smoothed + (1 - remaining) * envelope);
  }
}

/** A level that lends seats or borrows them. */
export interface Borrower extends Concurrency {
  readonly isExempt: boolean;
  readonly current: number;
  readonly demand: Pick<SeatDemand, 'highest' | 'smoothed'>;
}

export interface Lending {
  /** In the order of the levels. */
  readonly limits: readonly number[];
  readonly targets: readonly number[];
  /** Of its target each level has this part, bounds aside; 0 when there aren't seats enough to speak of targets. */
  readonly fairFraction: number;
}

/** Shares all seats out anew: who could have used them lately gets those that others didn't need. */
export function lend(levels: readonly Borrower[]): Lending {
  const floors = levels.map(({ isExempt, nominal, min, demand: { highest } }) =>
    Math.max(min, isExempt ? highest : Math.min(nominal, highest)),
  );
  const targets = levels.map(({ demand }, i) => Math.max(floors[i]!, demand.smoothed));
  const all = levels.map((level, i) => ({ level, i, floor: floors[i]!, target: targets[i]! }));
  const bound = all.filter((l) => !l.level.isExempt);
  const total = sum(levels.map((l) => l.nominal));
  const left = total - sum(all.filter((l) => l.level.isExempt).map((l) => l.floor));
  const least = sum(bound.map((l) => l.level.min));
  const floor = sum(bound.map((l) => l.floor));
  const limits = [...floors];
  let fairFraction = 0;
  if (left <= least) for (const { i, level } of bound) limits[i] = level.min;
  else if (left <= floor) {
    const part = (left - least) / (floor - least);
    for (const l of bound) limits[l.i] = l.level.min + Math.round((l.floor - l.level.min) * part);
  } else {
    const claims = bound.map((l) => ({ target: l.target, lowest: l.floor, highest: l.level.max }));
    const shared = allocate(total, claims);
    fairFraction = shared?.fraction ?? 0;
    for (const [at, l] of bound.entries()) limits[l.i] = Math.round(shared?.parts[at] ?? l.level.current);
  }
  return { limits, targets, fairFraction };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
