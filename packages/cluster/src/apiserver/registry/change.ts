import { WriteConflict } from '../../store/index.ts';
import type { Entry } from '../cache/entry.ts';
import type { Feed } from '../cache/feed.ts';

/** What a look at an object leads to: something to write, or an answer without writing. */
export type Decision<T> = { readonly write: () => Promise<T> } | { readonly answer: T };

/**
 * Changes an object, beginning from what the cache shows of it: whoever writes says which revision they replace, so that a
 * write which began from an old one comes to nothing and begins anew. Whatever else an old revision leads to (a refusal, nothing
 * to do) counts only if the newest leads there too. A conflict means that somebody else has written, so it can't go on forever.
 */
export async function change<T>(
  feed: Feed,
  find: () => Entry | undefined,
  decide: (current: Entry | undefined) => Promise<Decision<T>>,
): Promise<T> {
  let current = find();
  let isLatest = false;
  const look = async (caughtUp: Promise<void>) => {
    await caughtUp;
    current = find();
    isLatest = true;
  };
  if (!current) await look(feed.current());
  for (;;) {
    const seen = current;
    const decision = await decide(seen).catch((refusal: unknown) => ({ refusal }));
    if ('write' in decision) {
      try {
        return await decision.write();
      } catch (err) {
        if (!(err instanceof WriteConflict)) throw err;
        await look(feed.reached(err.revision));
        continue;
      }
    }
    if (!isLatest) {
      await look(feed.current());
      if (current?.revision !== seen?.revision) continue;
    }
    if ('refusal' in decision) throw decision.refusal;
    return decision.answer;
  }
}
