import { setMaxListeners } from 'node:events';
import { isAbort } from './abort.ts';
import { abortsWith } from './within.ts';

/** Opens a group whose tasks never outlive it: `await using g = group(signal)`. */
export const group = (signal?: AbortSignal): TaskGroup => new TaskGroup(signal);

/**
 * Tasks that live and die together. The first failure aborts the others; leaving the scope aborts and awaits all.
 */
export class TaskGroup implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  #failure: { error: unknown; told?: boolean } | undefined;
  readonly #letGo: () => void;

  constructor(parent?: AbortSignal) {
    this.#letGo = abortsWith(this.#controller, parent);
    // A group has as many tasks as it has; each may wait on the signal.
    setMaxListeners(0, this.signal);
  }

  /** Aborts when the group ends, a task fails, or the parent signal does. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts a task. Its rejection, unless it is our own cancellation, aborts the group and rejects `done()`. */
  go(task: (signal: AbortSignal) => Promise<unknown>): void {
    const running: Promise<void> = (async () => task(this.signal))()
      .then(
        () => undefined,
        (error: unknown) => {
          if (this.signal.aborted && isAbort(error)) return;
          this.#failure ??= { error };
          this.#controller.abort();
        },
      )
      .finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }

  /** Resolves when every task has ended; rejects with the first failure. */
  async done(): Promise<void> {
    while (this.#tasks.size) await Promise.all(this.#tasks);
    if (!this.#failure) return;
    this.#failure.told = true;
    throw this.#failure.error;
  }

  /** Throws the first failure unless `done` already did. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#letGo();
    this.#controller.abort();
    while (this.#tasks.size) await Promise.all(this.#tasks);
    if (this.#failure && !this.#failure.told) throw this.#failure.error;
  }
}
