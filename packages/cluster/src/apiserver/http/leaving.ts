// A reason made once: the platform's own comes with a stack trace, for every request.
const over = new Error('the request is over');

/** Whether a request's client is still there. Most requests are over before anybody asks for the signal, which isn't cheap. */
export class Leaving {
  #controller: AbortController | undefined;
  #gone = false;
  #reason: Error = over;
  #isOver = false;
  #onceOver: readonly (() => void)[] = [];

  get gone(): boolean {
    return this.#gone;
  }

  /** Aborts when the client goes, or its answer has been sent. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#isOver) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Calls when the signal would abort, or at once if it has. Answers how not to be called any more. */
  readonly onceOver = (f: () => void): (() => void) => {
    if (this.#isOver) f();
    else this.#onceOver = [...this.#onceOver, f];
    return () => (this.#onceOver = this.#onceOver.filter((other) => other !== f));
  };

  readonly leave = (): void => {
    this.#gone = true;
    this.giveUp(over);
  };

  /** Tells whoever works on the request to stop. The client is still there for an answer. */
  readonly giveUp = (reason: Error): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const f of this.#onceOver) f();
    this.#onceOver = [];
  };
}
