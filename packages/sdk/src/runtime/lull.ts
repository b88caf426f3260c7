import type { Clock } from './clock.ts';

/** A turn of the event loop that takes longer had something to do. */
const busyMs = 1;
/** How soon a busy loop is looked at again. */
const againMs = 20;

/**
 * Resolves in a turn of the event loop that has little to do, or when `ms` have passed: for what others shouldn't have to wait for.
 * Rejects when the signal aborts.
 */
export async function lull(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const end = clock.monotonic() + ms;
  for (let from = clock.monotonic(); from < end; from = clock.monotonic()) {
    await clock.yield();
    if (clock.monotonic() - from < busyMs) return;
    await clock.sleep(againMs, signal);
  }
}
