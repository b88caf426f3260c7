import type { Clock } from '@tiphys/sdk/runtime';
import type { Refusal } from './flow-counts.ts';
import { FlowQueue } from './flow-queue.ts';
import { LastDispatch } from './last-dispatch.ts';
import { LevelUse } from './level-use.ts';
import { seatSeconds } from './seat-seconds.ts';
import { guessedMs, type Ticket } from './ticket.ts';

/** What a level does with requests that find no free seat. */
export type Queuing = 'exempt' | 'refuse' | { readonly queues: number; readonly lengthLimit: number };

/** The virtual time at which it is set back, before numbers lose their last digits, and by how much. */
const highR = 2 ** 26;
const setBackR = 2 ** 25;

/**
 * One level's seats, and the queues in which requests wait for them. Whoever finds seats free takes them; otherwise that queue is
 * served next which would be done first if all queues were served at once, a little at a time, each as fast as the others. So a flow
 * gets its due however many requests others have sent before.
 */
export class QueueSet {
  readonly use = new LevelUse();
  readonly executing: Ticket[] = [];
  readonly lastDispatch = new LastDispatch();
  readonly #clock: Clock;
  #queuing: Queuing = 'refuse';
  #queues: FlowQueue[] = [];
  #limit = 0;
  /** Work done for each queue that had some, since the beginning: virtual time. */
  #r = 0;
  #lastMs: number;
  #activeQueues = 0;
  /** Of the seats in use those of requests that came through a queue. */
  #queuedSeats = 0;
  /** The queue that was served last. */
  #robin = 0;
  #entered = 0;
  dispatched = 0;
  refused = 0;
  cancelled = 0;
  setBacks = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastMs = clock.monotonic();
  }

  get limit(): number {
    return this.#limit;
  }

  get queues(): readonly FlowQueue[] {
    return this.#queues;
  }

  get isIdle(): boolean {
    return this.use.waiting === 0 && this.use.executing === 0;
  }

  /** Virtual time when something last changed. */
  get r(): number {
    return this.#r;
  }

  /** Takes queues and a limit as they are to be from now on. Queues that there are too many of go when they are empty. */
  configure(queuing: Queuing, { limit, seatLimit }: { limit: number; seatLimit: number }): void {
    this.sync();
    this.#queuing = queuing;
    this.#limit = limit;
    this.use.seatLimit = seatLimit;
    this.use.waitingLimit = 1;
    if (typeof queuing === 'object') {
      while (this.#queues.length < queuing.queues) this.#queues.push(new FlowQueue());
      this.use.waitingLimit = Math.max(1, queuing.lengthLimit) * queuing.queues;
    }
    for (const queue of this.#queues.toReversed()) this.#dropIfTooMany(queue);
    this.#dispatchAll();
  }

  /** Lets a request in, has it wait, or refuses it: its state tells. */
  enter(ticket: Ticket): void {
    ticket.enteredMs = this.sync();
    const queuing = this.#queuing;
    if (typeof queuing !== 'object') {
      if (this.#hasRoomFor(ticket.seats)) this.#execute(ticket);
      else this.#refuse(ticket, 'concurrency-limit');
      return;
    }
    const { use } = this;
    const queue = this.#queueFor(ticket.flow.hand);
    const { counts } = ticket.flow;
    if (use.seats >= this.#limit && queue.waiting.length >= queuing.lengthLimit) {
      this.#refuse(ticket, 'queue-full');
      return;
    }
    ticket.queue = queue;
    ticket.arrivalR = this.#r;
    if (!queue.isActive) {
      queue.nextR = this.#r;
      this.#activeQueues++;
    }
    if (use.waiting === 0 && use.seats < this.#limit && this.#hasRoomFor(ticket.seats)) {
      // Nobody else is there to be next.
      counts.queueLengths.add(1);
      if (queue.nextR < this.#r) queue.nextR = this.#r;
      this.lastDispatch.look(queue, true);
      this.#serve(queue, ticket);
      return;
    }
    queue.add(ticket);
    queue.bound();
    counts.queueLengths.add(queue.waiting.length);
    const { seats } = ticket;
    use.waiting++;
    use.waitingSeats += seats;
    counts.waiting++;
    counts.waitingSeats += seats;
    use.demand.reach(use.wantedSeats);
    this.#dispatchAll();
  }

  /** Takes one that waits out of its queue: its time is up, or nobody waits for its answer any more. */
  cancel(ticket: Ticket): void {
    if (ticket.state !== 'waiting') return;
    this.sync();
    this.cancelled++;
    const queue = ticket.queue!;
    this.#takeOut(queue, ticket);
    this.#refuse(ticket, 'time-out');
    queue.bound();
    this.#settle(queue);
    // It may have been the one that was too wide for what is free.
    this.#dispatchAll();
  }

  /** Its answer is there. Answers the moment, monotonic. */
  leave(ticket: Ticket): number {
    const now = this.sync();
    const { use } = this;
    const { queue, flow } = ticket;
    ticket.state = 'over';
    use.executing--;
    flow.counts.executing--;
    const last = this.executing.pop()!;
    if (last !== ticket) {
      this.executing[ticket.at] = last;
      last.at = ticket.at;
    }
    if (queue) {
      queue.executing--;
      // What was guessed is put right.
      queue.nextR -= seatSeconds(ticket.initialSeats, guessedMs - (now - ticket.beganMs));
      queue.bound();
      this.#deactivate(queue);
    }
    if (ticket.lingerMs <= 0) this.#release(ticket);
    else {
      this.#clock.after(ticket.lingerMs, () => {
        this.sync();
        this.#release(ticket);
      });
      // One that is wider than the level goes as soon as nobody else is at work.
      if (use.waiting > 0) this.#dispatchAll();
    }
    return now;
  }

  #release({ seats, queue, flow }: Ticket): void {
    const { use } = this;
    use.seats -= seats;
    flow.counts.executingSeats -= seats;
    if (queue) {
      queue.seats -= seats;
      this.#queuedSeats -= seats;
      this.#dropIfTooMany(queue);
    }
    if (use.waiting > 0) this.#dispatchAll();
  }

  /** Brings virtual time and what is told of the level up to now: before anything changes. */
  sync(): number {
    const now = this.#clock.monotonic();
    const ms = now - this.#lastMs;
    if (ms === 0) return now;
    this.#lastMs = now;
    this.use.pass(ms);
    if (this.#activeQueues > 0) {
      const wanted = this.#queuedSeats + this.use.waitingSeats;
      this.#r += seatSeconds(Math.min(wanted, this.#limit), ms) / this.#activeQueues;
      if (this.#r >= highR) this.#setBack();
    }
    return now;
  }

  #setBack(): void {
    this.setBacks++;
    this.#r -= setBackR;
    for (const queue of this.#queues) {
      queue.nextR -= setBackR;
      for (const ticket of queue.waiting) ticket.arrivalR -= setBackR;
    }
  }

  /** Of the queues of a hand that which has least to do; which of them is asked first changes from time to time. */
  #queueFor(hand: readonly number[]): FlowQueue {
    const first = this.#entered++ % hand.length;
    let best = this.#queues[hand[first]!]!;
    // All are empty.
    if (this.use.waiting === 0) return best;
    for (let i = 1; i < hand.length; i++) {
      const queue = this.#queues[hand[(first + i) % hand.length]!]!;
      if (queue.waitingWork < best.waitingWork) best = queue;
    }
    return best;
  }

  /** A request that is wider than all seats together goes when nobody else is there. */
  #hasRoomFor(seats: number): boolean {
    if (this.#queuing === 'exempt') return true;
    return seats > this.#limit ? this.use.executing === 0 : this.use.seats + seats <= this.#limit;
  }

  #dispatchAll(): void {
    while (this.use.waiting > 0 && this.use.seats < this.#limit && this.#dispatch());
  }

  /** Lets the next request go; false when that needs more seats than are free, and nobody overtakes it. */
  #dispatch(): boolean {
    const queue = this.#next();
    const ticket = queue.first!;
    if (!this.#hasRoomFor(ticket.seats)) {
      ticket.flow.counts.tooWide++;
      return false;
    }
    this.#robin = this.#queues.indexOf(queue);
    this.#takeOut(queue, ticket);
    ticket.narrow(this.#limit);
    this.#serve(queue, ticket);
    queue.bound();
    ticket.decided?.();
    return true;
  }

  /** The queue whose first request would be done first; of several the one after the last that was served. */
  #next(): FlowQueue {
    const queues = this.#queues;
    let best: FlowQueue | undefined;
    let bestR = Infinity;
    for (let i = 1; i <= queues.length; i++) {
      const queue = queues[(this.#robin + i) % queues.length]!;
      const { first, nextR } = queue;
      if (!first) continue;
      this.lastDispatch.look(queue, !best);
      if (nextR + first.work < bestR) {
        bestR = nextR + first.work;
        best = queue;
      }
    }
    return best!;
  }

  #takeOut(queue: FlowQueue, ticket: Ticket): void {
    const { use } = this;
    const { seats } = ticket;
    const { counts } = ticket.flow;
    queue.remove(ticket);
    use.waiting--;
    use.waitingSeats -= seats;
    counts.waiting--;
    counts.waitingSeats -= seats;
  }

  #serve(queue: FlowQueue, ticket: Ticket): void {
    this.lastDispatch.set(this.#r, queue.nextR);
    queue.nextR += ticket.work;
    queue.executing++;
    queue.seats += ticket.seats;
    this.#queuedSeats += ticket.seats;
    this.#execute(ticket);
  }

  #execute(ticket: Ticket): void {
    const { use } = this;
    const { seats } = ticket;
    const { counts } = ticket.flow;
    ticket.state = 'executing';
    ticket.beganMs = this.#lastMs;
    ticket.at = this.executing.push(ticket) - 1;
    this.dispatched++;
    use.executing++;
    use.seats += seats;
    use.demand.reach(use.wantedSeats);
    counts.dispatched++;
    counts.executing++;
    counts.executingSeats += seats;
  }

  #refuse(ticket: Ticket, why: Refusal): void {
    ticket.state = 'refused';
    this.refused++;
    ticket.flow.counts.refuse(why);
    ticket.decided?.();
  }

  #settle(queue: FlowQueue): void {
    this.#deactivate(queue);
    this.#dropIfTooMany(queue);
  }

  #deactivate(queue: FlowQueue): void {
    if (!queue.isActive) this.#activeQueues--;
  }

  #dropIfTooMany(queue: FlowQueue): void {
    const wanted = typeof this.#queuing === 'object' ? this.#queuing.queues : 0;
    // Seats that linger are still the queue's.
    if (this.#queues.length <= wanted || queue.isActive || queue.seats > 0) return;
    const at = this.#queues.indexOf(queue);
    if (at === -1) return;
    this.#queues.splice(at, 1);
    if (this.#robin >= at) this.#robin = Math.max(0, this.#robin - 1);
  }
}
