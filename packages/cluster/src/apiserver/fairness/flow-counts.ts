import { Histogram } from '../metrics/histogram.ts';

const seconds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];

export type Refusal = 'concurrency-limit' | 'queue-full' | 'time-out';

/** What is counted of the requests of one flow schema at one priority level. */
export class FlowCounts {
  readonly level: string;
  readonly schema: string;
  executing = 0;
  executingSeats = 0;
  waiting = 0;
  waitingSeats = 0;
  dispatched = 0;
  /** How often the next to go was one of these and needed more seats than were free. */
  tooWide = 0;
  readonly refused = new Map<Refusal, number>();
  readonly waitSeconds = { true: new Histogram(seconds), false: new Histogram(seconds) };
  readonly executionSeconds = { regular: new Histogram(seconds), watch: new Histogram(seconds) };
  readonly queueLengths = new Histogram([0, 10, 25, 50, 100, 250, 500, 1000]);
  readonly seats = new Histogram([1, 2, 4, 8, 16, 32, 64, 100]);
  readonly watchers = new Histogram([0, 1, 10, 100, 1000, 10_000]);

  constructor(level: string, schema: string) {
    this.level = level;
    this.schema = schema;
  }

  refuse(why: Refusal): void {
    this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
  }
}
