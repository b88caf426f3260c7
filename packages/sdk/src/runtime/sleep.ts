import { abortError, onAbort } from './abort.ts';
import type { Clock } from './clock.ts';

/** `sleep` of a clock that can call back. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const cancel = clock.after(ms, () => {
      letGo?.();
      resolve();
    });
    const letGo =
      signal &&
      onAbort(signal, () => {
        cancel();
        reject(abortError(signal));
      });
  });
}
