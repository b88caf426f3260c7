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

  /** Both together; they have the same bounds. */
  plus(other: Histogram): Histogram {
    const sum = new Histogram(this.#bounds);
    for (const [i, count] of this.#inBucket.entries()) sum.#inBucket[i] = count + other.#inBucket[i]!;
    sum.#sum = this.#sum + other.#sum;
    return sum;
  }

  /** Of the bounds from `least` on. */
  samples(labels: Readonly<Record<string, string>>, least = 0): Sample[] {
    const out: Sample[] = [];
    let total = 0;
    for (const [i, count] of this.#inBucket.entries()) {
      total += count;
      if (this.#bounds[i]! < least) continue;
      out.push({ suffix: '_bucket', labels: { le: String(this.#bounds[i] ?? '+Inf'), ...labels }, value: total });
    }
    out.push({ suffix: '_sum', labels, value: this.#sum }, { suffix: '_count', labels, value: total });
    return out;
  }
}
