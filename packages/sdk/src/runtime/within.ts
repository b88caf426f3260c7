import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';

/**
 * Does the work with a signal that aborts after `ms` (reason: a `TimeoutError`), or with `signal` when that comes first. When the
 * work is over nothing of it is left: no timer, and no listener on a signal that lives longer.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const own = new AbortController();
  const letGo = abortsWith(own, signal);
  const cancel = clock.after(ms, () => own.abort(new DOMException('The operation timed out', 'TimeoutError')));
  try {
    return await work(own.signal);
  } finally {
    cancel();
    letGo();
  }
}

/**
 * Has the controller abort when the signal does, until the returned function is called. `AbortSignal.any` has no such end: a
 * signal that lives long would remember everybody who ever listened to it.
 */
export function abortsWith(own: AbortController, signal: AbortSignal | undefined): () => void {
  if (!signal) return () => {};
  const end = () => own.abort(signal.reason);
  if (!signal.aborted) return onAbort(signal, end);
  end();
  return () => {};
}
