import type { Sample } from './adopt.ts';

/** Upper bounds in seconds, upstream's for requests and for the store alike. */
const usual = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** How long something took, many times over. Plain numbers: every request adds to some of them. */
export class Durations {
  readonly #buckets: readonly number[];
  readonly #inBucket: Float64Array;
  #seconds = 0;

  /** With other upper bounds, where upstream has others. */
  constructor(buckets: readonly number[] = usual) {
    this.#buckets = buckets;
    this.#inBucket = new Float64Array(buckets.length + 1);
  }

  add(seconds: number): void {
    const buckets = this.#buckets;
    let i = 0;
    while (i < buckets.length && seconds > buckets[i]!) i++;
    this.#inBucket[i]!++;
    this.#seconds += seconds;
  }

  get count(): number {
    return this.#inBucket.reduce((sum, n) => sum + n, 0);
  }

  /** As a histogram with these labels. */
  samples(labels: Readonly<Record<string, string>>): Sample[] {
    const out: Sample[] = [];
    let total = 0;
    for (const [i, count] of this.#inBucket.entries()) {
      total += count;
      out.push({ suffix: '_bucket', labels: { le: String(this.#buckets[i] ?? '+Inf'), ...labels }, value: total });
    }
    out.push({ suffix: '_sum', labels, value: this.#seconds }, { suffix: '_count', labels, value: total });
    return out;
  }
}
