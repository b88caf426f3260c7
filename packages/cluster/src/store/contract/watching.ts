import type { StoreBackend, StoreBatch } from '../backend.ts';
import { text } from './scene.ts';

/** A watch that collects what it hears. */
export function watching(store: StoreBackend, prefix: string, fromRevision: number, { slow = false } = {}) {
  const stop = new AbortController();
  const batches: StoreBatch[] = [];
  let wake = () => {};
  const ended = (async () => {
    for await (const batch of store.watch(prefix, { fromRevision, signal: stop.signal })) {
      batches.push(batch);
      wake();
      if (slow) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  ended.catch(() => {});
  return {
    batches,
    ended,
    /** Resolves when everything up to the revision has been told. */
    async until(revision: number): Promise<void> {
      while ((batches.at(-1)?.revision ?? 0) < revision) {
        await Promise.race([ended, new Promise<void>((resolve) => (wake = resolve))]);
      }
    },
    /** Each batch in a line, without the progress notices. */
    told(): string[] {
      return batches
        .filter((b) => b.events.length)
        .map(({ revision, events }) => {
          const told = events.map(({ type, key, item, prev }) => {
            const now = item ? `=${text(item.value)}` : '';
            return `${type} ${key.slice(prefix.length)}${now}${prev ? ` (${text(prev.value)})` : ''}`;
          });
          return `${revision}: ${told.join(', ')}`;
        });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stop.abort();
      await ended.catch(() => {});
    },
  };
}
