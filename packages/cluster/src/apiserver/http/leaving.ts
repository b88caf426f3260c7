// A reason made once: the platform's own comes with a stack trace, for every request.
const over = new Error('the request is over');

/** Whether a request's client is still there. Most requests are over before anybody asks for the signal, which isn't cheap. */
export class Leaving {
  #controller: AbortController | undefined;
  #gone = false;

  get gone(): boolean {
    return this.#gone;
  }

  /** Aborts when the client goes, or its answer has been sent. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#gone) this.#controller.abort(over);
    }
    return this.#controller.signal;
  }

  readonly leave = (): void => {
    this.#gone = true;
    this.#controller?.abort(over);
  };
}
