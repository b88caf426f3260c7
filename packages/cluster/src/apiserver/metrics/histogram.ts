import type { Sample } from './adopt.ts';

/** How often a value was within which bounds. Plain numbers: every request adds to some of them. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #inBucket: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#inBucket = new Float64Array(bounds.length + 1);
  }

  add(value: number): void {
    const bounds = this.#bounds;
    let i = 0;
    while (i < bounds.length && value > bounds[i]!) i++;
    this.#inBucket[i]!++;
    this.#sum += value;
  }

  get count(): number {
    return this.#inBucket.reduce((sum, n) => sum + n, 0);
  }

  samples(labels: Readonly<Record<string, string>>): Sample[] {
    const out: Sample[] = [];
    let total = 0;
    for (const [i, count] of this.#inBucket.entries()) {
      total += count;
      out.push({ suffix: '_bucket', labels: { le: String(this.#bounds[i] ?? '+Inf'), ...labels }, value: total });
    }
    out.push({ suffix: '_sum', labels, value: this.#sum }, { suffix: '_count', labels, value: total });
    return out;
  }
}
