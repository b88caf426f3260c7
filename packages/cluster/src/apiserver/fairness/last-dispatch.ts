import type { FlowQueue } from './flow-queue.ts';
import { seatSeconds } from './seat-seconds.ts';
import { guessedMs } from './ticket.ts';

/** What was so, in virtual time, when a request was let go last: for whoever looks into how queues are served. */
export class LastDispatch {
  /** Whether there has been one. */
  isSet = false;
  r = 0;
  /** When the request would have gone, were queues served a little at a time. */
  s = 0;
  /** Of the first requests of all queues. */
  nextS = { min: 0, max: 0 };
  /** The same, less what is being worked on. */
  discountedS = { min: 0, max: 0 };

  /** A queue is looked at, the first of several or one more. */
  look({ nextR, seats }: FlowQueue, isFirst: boolean): void {
    const discounted = nextR - seatSeconds(seats, guessedMs);
    widen(this.nextS, nextR, isFirst);
    widen(this.discountedS, discounted, isFirst);
  }

  set(r: number, s: number): void {
    this.isSet = true;
    this.r = r;
    this.s = s;
  }
}

function widen(bounds: { min: number; max: number }, value: number, isFirst: boolean): void {
  if (isFirst || value < bounds.min) bounds.min = value;
  if (isFirst || value > bounds.max) bounds.max = value;
}
