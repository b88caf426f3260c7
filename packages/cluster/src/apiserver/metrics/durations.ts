import { Histogram } from './histogram.ts';

/** Upper bounds in seconds, upstream's for requests and for the store alike. */
const usual = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** How long something took, in seconds, many times over. */
export class Durations extends Histogram {
  /** With other upper bounds, where upstream has others. */
  constructor(buckets: readonly number[] = usual) {
    super(buckets);
  }
}
