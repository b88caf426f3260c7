/** What a value was over a stretch of time. */
export interface Integral {
  readonly seconds: number;
  /** Weighted by time; NaN over no time. */
  readonly average: number;
  readonly deviation: number;
  readonly highest: number;
}

/** Follows a value that changes now and then: its average and deviation, weighted by time, and the highest. */
export class Integrator {
  #seconds = 0;
  #sum = 0;
  #squares = 0;
  #highest = 0;

  /** The value was this for so long. */
  pass(ms: number, value: number): void {
    const seconds = ms / 1000;
    this.#seconds += seconds;
    this.#sum += value * seconds;
    this.#squares += value * value * seconds;
  }

  /** The value is this now, if only for a moment. */
  reach(value: number): void {
    if (value > this.#highest) this.#highest = value;
  }

  /** What has been since the last time, beginning anew with what the value is now. */
  take(value: number): Integral {
    const seconds = this.#seconds;
    const average = this.#sum / seconds;
    const variance = this.#squares / seconds - average * average;
    const integral = { seconds, average, deviation: Math.sqrt(Math.max(0, variance)), highest: this.#highest };
    this.#seconds = this.#sum = this.#squares = 0;
    this.#highest = value;
    return integral;
  }
}
