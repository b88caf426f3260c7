import type { Clock } from './clock.ts';

/** No stretch of work should hold the event loop longer. */
const longestTurnMs = 8;

const pacers = new WeakMap<Clock, Pacer>();

/** The pacer of everything that runs on this clock. */
export function pacerOf(clock: Clock): Pacer {
  let pacer = pacers.get(clock);
  if (!pacer) pacers.set(clock, (pacer = new Pacer(clock)));
  return pacer;
}

/**
 * Keeps a process that works without waiting (in-process requests settle in microtasks) from starving its sockets and timers:
 * who awaits `turn` between two pieces of work goes on at once while the stretch is short, and otherwise in a later turn of
 * the event loop, one after another in the order of asking.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #turnStart = -Infinity;
  #releasing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(): Promise<void> | undefined {
    if (!this.#releasing && this.#clock.monotonic() - this.#turnStart < longestTurnMs) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#releasing) void this.#release();
    });
  }

  async #release(): Promise<void> {
    this.#releasing = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      await this.#clock.yield();
      this.#turnStart = this.#clock.monotonic();
      next();
    }
    this.#releasing = false;
  }
}
