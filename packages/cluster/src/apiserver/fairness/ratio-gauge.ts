import { RatioHistogram } from './ratio-histogram.ts';

/** A count that changes now and then, and for how long it was which part of its limit. */
export class RatioGauge {
  readonly histogram: RatioHistogram;
  limit = 1;
  #value = 0;
  #sinceMs: number;

  constructor(bounds: readonly number[], nowMs: number) {
    this.histogram = new RatioHistogram(bounds);
    this.#sinceMs = nowMs;
  }

  get value(): number {
    return this.#value;
  }

  change(by: 0 | 1 | -1, nowMs: number): void {
    this.histogram.pass(nowMs - this.#sinceMs, this.#value / this.limit);
    this.#sinceMs = nowMs;
    this.#value += by;
  }
}
