import type { Clock } from './clock.ts';

/** A stretch of work holds the event loop for so long, and no longer than its last piece more. */
const longestStretchMs = 5;

const pacers = new WeakMap<Clock, Pacer>();

/** The pacer of everything that runs on this clock. */
export function pacerOf(clock: Clock): Pacer {
  let pacer = pacers.get(clock);
  if (!pacer) pacers.set(clock, (pacer = new Pacer(clock)));
  return pacer;
}

/**
 * Keeps much work that comes at once, or never waits (in-process requests settle in microtasks), from starving sockets and
 * timers: who awaits `turn` before a piece of work goes on when those before have done what they can without waiting. While the
 * stretch is short that is at once, and otherwise in a later turn of the event loop, in the order of asking.
 */
export class Pacer {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  /** So many of those who waited go on already. */
  #released = 0;
  /** When the stretch began that belongs to this turn of the loop. */
  #began: number | undefined;
  #isWorking = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(): Promise<void> | undefined {
    if (this.#isWorking) return this.#wait();
    this.#isWorking = true;
    if (this.#isShort()) {
      this.#work();
      return undefined;
    }
    void this.#rest();
    return this.#wait();
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

  /** Whoever is in works: the next comes when all that can go on without waiting has done so. */
  #work(): void {
    // Ticks that are asked for in a microtask come when there are no more of those.
    void settled.then(this.#tick);
  }

  readonly #tick = (): void => process.nextTick(this.#next);

  readonly #next = (): void => {
    if (this.#released === this.#waiting.length) {
      this.#forget();
      this.#isWorking = false;
    } else if (this.#isShort()) {
      this.#waiting[this.#released++]!();
      this.#work();
    } else void this.#rest();
  };

  /** To the next turn of the loop but one: what is left of this one belongs to others, and they have the next for themselves. */
  async #rest(): Promise<void> {
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
