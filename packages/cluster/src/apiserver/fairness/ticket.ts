import type { RequestInfo, UserInfo } from '../context.ts';
import type { FlowQueue } from './flow-queue.ts';
import type { Flow } from './flow.ts';
import { seatSeconds } from './seat-seconds.ts';
import type { Width } from './width.ts';

/** Every request is taken to need so long until it is known how long it needed. */
export const guessedMs = 3;

/** A request's place at its priority level. */
export class Ticket {
  readonly flow: Flow;
  readonly user: UserInfo;
  readonly info: RequestInfo;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  readonly initialSeats: number;
  finalSeats: number;
  /** For so long seats stay taken once the answer is there, while watchers are told. */
  lingerMs: number;
  readonly work: number;
  state: 'waiting' | 'executing' | 'refused' | 'over' = 'waiting';
  /** Monotonic. */
  enteredMs = 0;
  beganMs = 0;
  /** Nothing for those that go without queues. */
  queue: FlowQueue | undefined;
  /** How far the level's virtual time was when it came. */
  arrivalR = 0;
  /** Its place among those that execute. */
  at = 0;
  /** Tells who waits that it has been decided. */
  decided: (() => void) | undefined;

  constructor(flow: Flow, user: UserInfo, info: RequestInfo, arrivedAt: number, width: Width) {
    this.flow = flow;
    this.user = user;
    this.info = info;
    this.arrivedAt = arrivedAt;
    this.initialSeats = width.initialSeats;
    this.finalSeats = width.finalSeats;
    this.lingerMs = width.lingerMs;
    this.work = seatSeconds(width.initialSeats, guessedMs) + seatSeconds(width.finalSeats, width.lingerMs);
  }

  /** Milliseconds since the epoch; 0 while it waits. */
  get startedAt(): number {
    return this.state === 'waiting' ? 0 : this.arrivedAt + this.beganMs - this.enteredMs;
  }

  /** The seats that it takes as long as it takes any. */
  get seats(): number {
    return Math.max(this.initialSeats, this.finalSeats);
  }

  /** The same work on fewer seats, which takes longer. */
  narrow(most: number): void {
    if (this.finalSeats <= most) return;
    this.lingerMs = (this.lingerMs * this.finalSeats) / most;
    this.finalSeats = most;
  }
}
