import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';

/** "Something changed": many wait, one tells, nobody polls. A waiter that comes after `notify` waits for the next one. */
export class Broadcast {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next `notify`, or when the signal aborts. */
  next(signal?: AbortSignal): Promise<void> {
    return this.#wait(signal, () => () => {});
  }

  /** Resolves at the next `notify`, when `ms` have passed, or when the signal aborts. */
  nextWithin(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(signal, (wake) => clock.after(ms, wake));
  }

  /** Whatever wakes a waiter, nothing of it is left then. */
  #wait(signal: AbortSignal | undefined, alarm: (wake: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        this.#waiting.delete(wake);
        letGo?.();
        cancel();
        resolve();
      };
      this.#waiting.add(wake);
      const letGo = signal && onAbort(signal, wake);
      const cancel = alarm(wake);
    });
  }
}
