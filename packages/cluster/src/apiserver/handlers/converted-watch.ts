import type { Entry } from '../cache/entry.ts';
import { seenThrough, type Told, type Watcher } from '../cache/watcher.ts';
import type { Conversions } from '../registry/conversions.ts';
import type { Resource } from '../registry/resource.ts';

interface Seen {
  readonly conversions: Conversions;
  readonly resource: Resource;
  /** Whether an object, as the version shows it, is one of those asked for. */
  readonly matches: ((entry: Entry) => boolean) | undefined;
}

/**
 * A watch of objects that others convert: each event is told when the objects in it have been converted, for all who watch this
 * version together. While that fails nothing more is told, as upstream; a watch of the version that is stored goes on.
 */
export async function* convertedWatch(
  watcher: Watcher,
  { conversions, resource, matches }: Seen,
): AsyncIterable<readonly Told[]> {
  const over = new AbortController();
  watcher.onceClosed(() => over.abort());
  const lookedAt = (t: Told): readonly Entry[] =>
    t.type === 'BOOKMARK' ? [] : matches && t.prev ? [t.entry, t.prev] : [t.entry];
  const shown = matches && ((entry: Entry) => matches(entry.served(resource)));
  try {
    for await (const batch of watcher) {
      for (let left = batch; left.length;) {
        const pending = left.findIndex((t) => !conversions.areKnown(lookedAt(t)));
        const known = pending === -1 ? left : left.slice(0, pending);
        const told = shown ? known.flatMap((t) => (t.type === 'BOOKMARK' ? t : (seenThrough(shown, t) ?? []))) : known;
        if (told.length) yield told;
        left = left.slice(known.length);
        if (left.length) await conversions.attempt(left.flatMap(lookedAt), over.signal);
      }
    }
  } catch (err) {
    // Nobody listens any more.
    if (!over.signal.aborted) throw err;
  } finally {
    watcher.close();
  }
}
