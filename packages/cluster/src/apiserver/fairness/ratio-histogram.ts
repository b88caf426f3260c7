import type { Sample } from '../metrics/adopt.ts';

/** For how long a ratio was within which bounds: upstream looks at it at the end of every nanosecond. */
export class RatioHistogram {
  readonly #bounds: readonly number[];
  readonly #msInBucket: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#msInBucket = new Float64Array(bounds.length + 1);
  }

  /** The ratio was this for so long. */
  pass(ms: number, ratio: number): void {
    let i = 0;
    while (i < this.#bounds.length && ratio > this.#bounds[i]!) i++;
    this.#msInBucket[i]! += ms;
    this.#sum += ratio * ms;
  }

  samples(labels: Readonly<Record<string, string>>): Sample[] {
    const out: Sample[] = [];
    let ms = 0;
    for (const [i, inBucket] of this.#msInBucket.entries()) {
      ms += inBucket;
      out.push({ suffix: '_bucket', labels: { ...labels, le: String(this.#bounds[i] ?? '+Inf') }, value: nanos(ms) });
    }
    return [...out, { suffix: '_sum', labels, value: this.#sum * 1e6 }, { suffix: '_count', labels, value: nanos(ms) }];
  }
}

const nanos = (ms: number): number => Math.round(ms * 1e6);
