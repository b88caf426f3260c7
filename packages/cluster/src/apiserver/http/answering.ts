import { Broadcast } from '@tiphys/sdk/runtime';

/** The answers that are being worked on or written. A stream, which may go on for ever, counts until it begins. */
export class Answering {
  #count = 0;
  readonly #idle = new Broadcast();

  /** Until what it returns is called, once or more often. */
  begin(): () => void {
    this.#count++;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      if (--this.#count === 0) this.#idle.notify();
    };
  }

  /** Resolves when there are none, or the signal aborts. */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.#count > 0 && !signal.aborted) await this.#idle.next(signal);
  }
}
