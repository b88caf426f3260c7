import type { Clock } from '@tiphys/sdk/runtime';

/** A provider that isn't there yet, perhaps since it runs in this very cluster, is asked again so often. */
const againMs = 10_000;

/** Tries until it works or the signal aborts; never rejects. */
export async function untilDone(
  work: () => Promise<void>,
  { clock, onError }: { readonly clock: Clock; readonly onError: (err: Error) => void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (err) {
      if (!signal.aborted) onError(err as Error);
      await clock.sleep(againMs, signal).catch(() => {});
    }
  }
}
