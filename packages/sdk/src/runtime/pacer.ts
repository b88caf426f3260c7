import type { Clock } from './clock.ts';

/** A stretch of work holds the event loop for so long, and no longer than its last few pieces more. */
const longestStretchMs = 5;

/**
 * So many go on before the time is looked at again: most pieces are short, and to wait for each to do what it can costs. Pieces
 * that go on together also take the same steps after each other, for which what the steps need is at hand.
 */
const atOnce = 8;

const pacers = new WeakMap<Clock, Pacer>();

/** The pacer of everything that runs on this clock. */
export function pacerOf(clock: Clock): Pacer {
  let pacer = pacers.get(clock);
  if (!pacer) pacers.set(clock, (pacer = new Pacer(clock)));
  return pacer;
}

/**
 * Keeps much work that comes at once, or never waits (in-process requests settle in microtasks), from starving sockets and
 * timers: who awaits `turn` before a piece of work goes on, with a few others, when those before have done what they can without
 * waiting. While the stretch is short that is at once, and otherwise in a later turn of the event loop, in the order of asking.
 */
export class Pacer {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  /** So many of those who waited go on already. */
  #released = 0;
  /** When the stretch began that belongs to this turn of the loop. */
  #began: number | undefined;
  /** How many have gone on since it was last looked whether those before had done what they can. */
  #working = 0;
  #isBusy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(): Promise<void> | undefined {
    if (this.#working === atOnce || this.#areWaiting) return this.#wait();
    if (this.#isShort()) {
      this.#working++;
      this.#watch();
      return undefined;
    }
    const turn = this.#wait();
    this.#watch();
    return turn;
  }

  get #areWaiting(): boolean {
    return this.#released < this.#waiting.length;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #isShort(): boolean {
    this.#began ??= this.#begin();
    return this.#clock.monotonic() - this.#began < longestStretchMs;
  }

  #begin(): number {
    void this.#clock.yield().then(this.#end);
    return this.#clock.monotonic();
  }

  readonly #end = (): void => {
    this.#began = undefined;
  };

  /** Looks again when all that can go on without waiting has done so. */
  #watch(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    // Ticks that are asked for in a microtask come when there are no more of those.
    void settled.then(this.#tick);
  }

  readonly #tick = (): void => process.nextTick(this.#next);

  readonly #next = (): void => {
    this.#isBusy = false;
    this.#working = 0;
    if (!this.#areWaiting) return this.#forget();
    if (!this.#isShort()) return void this.#rest();
    while (this.#areWaiting && this.#working < atOnce) {
      this.#working++;
      this.#waiting[this.#released++]!();
    }
    this.#watch();
  };

  /** To the next turn of the loop but one: what is left of this one belongs to others, and they have the next for themselves. */
  async #rest(): Promise<void> {
    this.#isBusy = true;
    await this.#clock.yield();
    await this.#clock.yield();
    this.#forget();
    this.#next();
  }

  #forget(): void {
    if (this.#released) this.#waiting = this.#waiting.slice(this.#released);
    this.#released = 0;
  }
}

const settled = Promise.resolve();
