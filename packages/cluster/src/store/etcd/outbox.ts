import { Broadcast } from '@tiphys/sdk/runtime';

/** Many send, one reads. A sender waits until its message has been taken, so nothing piles up. */
export class Outbox<T> implements AsyncIterable<T> {
  readonly #waiting: { message: T; taken: () => void }[] = [];
  readonly #changed = new Broadcast();
  #closed = false;
  #error: unknown;

  /** Resolves when the message was taken, or when nobody will any more. */
  send(message: T): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((taken) => {
      this.#waiting.push({ message, taken });
      this.#changed.notify();
    });
  }

  close(): void {
    this.#closed = true;
    for (const { taken } of this.#waiting.splice(0)) taken();
    this.#changed.notify();
  }

  /** The reader hears of the error when it next reads. */
  fail(error: unknown): void {
    this.#error = error;
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        next.taken();
        yield next.message;
      } else if (this.#closed) {
        if (this.#error) throw this.#error;
        return;
      } else {
        await this.#changed.next();
      }
    }
  }
}
