import type { Clock } from '@tiphys/sdk/runtime';

/** Nothing else waits for longer while watchers are told something. */
const longestTurnMs = 5;
/** So many are told before the time is looked at. */
const lookedAt = 32;

/** Somebody to be told what has happened. It must not throw. */
export interface Listener {
  tell(): void;
}

const fanOuts = new WeakMap<Clock, FanOut>();

/** The fan-out of everything that runs on this clock. */
export function fanOutOf(clock: Clock): FanOut {
  let fanOut = fanOuts.get(clock);
  if (!fanOut) fanOuts.set(clock, (fanOut = new FanOut(clock)));
  return fanOut;
}

/**
 * Tells thousands what has happened without holding up others: one after the other, in as many turns of the event loop as it
 * takes. What happens meanwhile is told to those whose turn is still to come together with what they are told anyway.
 */
export class FanOut {
  readonly #clock: Clock;
  #due: Listener[] = [];
  #running = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells in a later turn of the event loop, after all who asked before. */
  later(listener: Listener): void {
    this.#due.push(listener);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#due.length) {
      const round = this.#due;
      this.#due = [];
      await this.#all(round);
    }
    this.#running = false;
  }

  async #all(round: readonly Listener[]): Promise<void> {
    for (let i = 0; i < round.length;) {
      await this.#clock.yield();
      const began = this.#clock.monotonic();
      do round[i++]!.tell();
      while (i < round.length && (i % lookedAt !== 0 || this.#clock.monotonic() - began < longestTurnMs));
    }
  }
}
