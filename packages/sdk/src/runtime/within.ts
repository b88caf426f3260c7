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
  const end = () => own.abort(signal?.reason);
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  const cancel = clock.after(ms, () => own.abort(new DOMException('The operation timed out', 'TimeoutError')));
  try {
    return await work(own.signal);
  } finally {
    cancel();
    signal?.removeEventListener('abort', end);
  }
}
