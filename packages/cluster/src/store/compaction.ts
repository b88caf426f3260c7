import { type Clock, isAbort, type Logger } from '@tiphys/sdk/runtime';
import type { StoreBackend } from './backend.ts';

/** Upstream's key, so that its API servers and ours on one etcd take turns. Its version counts the intervals. */
const clockKey = 'compact_rev_key';
const fiveMinutesMs = 5 * 60_000;

/**
 * Compacts a store every interval to where it was an interval before, so that watches and lists of the last five to ten minutes
 * can go on. However many do this on one store, one of them compacts in each interval. Ends with the signal.
 */
export async function compactRegularly(
  store: StoreBackend,
  { clock, log, intervalMs = fiveMinutesMs }: { clock: Clock; log: Logger; intervalMs?: number },
  signal: AbortSignal,
): Promise<void> {
  /** The interval that we know of, and the store's revision when it began. */
  let seen = { interval: 0, revision: 0 };
  for (;;) {
    try {
      await clock.sleep(intervalMs, signal);
    } catch (error) {
      if (isAbort(error)) return;
      throw error;
    }
    try {
      seen = await nextInterval(store, seen);
    } catch (error) {
      log.warn('the store was not compacted', { error: String(error) });
    }
  }
}

async function nextInterval(
  store: StoreBackend,
  { interval, revision }: { interval: number; revision: number },
): Promise<{ interval: number; revision: number }> {
  const { succeeded, items, ...now } = await store.txn({
    compare: [{ key: clockKey, target: 'version', is: '=', value: interval }],
    success: [{ op: 'put', key: clockKey, value: Buffer.from(String(revision)) }],
    failure: [{ op: 'get', key: clockKey }],
  });
  // Somebody else began this interval, and compacts.
  if (!succeeded) return { interval: items[0]?.version ?? 0, revision: now.revision };
  if (revision) await store.compact(revision);
  return { interval: interval + 1, revision: now.revision };
}
