/** The error that a cancelled wait rejects with, unless the signal carries its own reason. */
export function abortError(signal?: AbortSignal): Error {
  const reason: unknown = signal?.reason;
  if (reason instanceof Error) return reason;
  const err = new Error('the operation was cancelled');
  err.name = 'AbortError';
  return err;
}

/** True for the error of a cancelled wait, whoever threw it. */
export function isAbort(err: unknown): boolean {
  return err instanceof Error && (err.name === 'AbortError' || (err as { code?: string }).code === 'ABORT_ERR');
}

export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw abortError(signal);
}

const waitingFor = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `fn` once when the signal, which hasn't yet, aborts, unless the returned function is called before. A signal that lives long has one
 * listener for all who wait: listeners of their own cost more than most waits.
 */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listen(signal);
  waiting.add(fn);
  return () => void waiting.delete(fn);
}

/** How many wait for the signal to abort. */
export const waitersOf = (signal: AbortSignal): number => waitingFor.get(signal)?.size ?? 0;

function listen(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>();
  waitingFor.set(signal, waiting);
  const tell = (): void => {
    const all = [...waiting];
    waiting.clear();
    for (const fn of all) fn();
  };
  signal.addEventListener('abort', tell, { once: true });
  return waiting;
}

/** Resolves when the signal aborts. */
export const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    onAbort(signal, resolve);
  });
