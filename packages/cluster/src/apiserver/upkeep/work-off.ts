import { isConflict, isNotFound } from '@tiphys/sdk/machinery';
import { type Logger, throwIfAborted, type WorkQueue } from '@tiphys/sdk/runtime';

/** Does the queue's work one by one until the signal aborts; what fails is told of and tried again. */
export async function workOff(
  queue: WorkQueue,
  step: (name: string) => Promise<{ againMs: number } | void>,
  { log, failure }: { log: Logger; failure: string },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const name = await queue.take(signal);
    if (name === undefined) return;
    try {
      const again = await step(name);
      queue.forget(name);
      if (again) queue.addAfter(name, again.againMs);
    } catch (error) {
      throwIfAborted(signal);
      // Whoever was faster is heard of.
      if (!isConflict(error) && !isNotFound(error)) log.warn(failure, { name, error: String(error) });
      queue.retry(name);
    } finally {
      queue.done(name);
    }
  }
}
