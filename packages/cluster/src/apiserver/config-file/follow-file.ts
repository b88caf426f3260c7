import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, messageOf, onAbort } from '@tiphys/sdk/runtime';

export interface FollowedFile {
  readonly path: string;
  readonly clock: Clock;
  /** How often it is looked at even where nobody has told of a change. */
  readonly intervalMs: number;
  /** The file may have changed. */
  readonly look: () => void | Promise<void>;
  /** It can't be watched now; the intervals go on. */
  readonly onProblem: (why: string) => void;
}

/** So long it is waited for further changes of the same kind: files are written in pieces, and moved into place. */
const settlingMs = 20;

/** Looks at a file whenever it may have changed, and every so often, until the signal aborts. */
export async function followFile(
  { path, clock, intervalMs, look, onProblem }: FollowedFile,
  signal: AbortSignal,
): Promise<void> {
  let hasChanged = false;
  let wake = (): void => {};
  // The directory: mounted files are links that are replaced.
  const watcher = watched(
    dirname(path),
    () => {
      hasChanged = true;
      wake();
    },
    onProblem,
  );
  try {
    while (!signal.aborted) {
      if (!hasChanged) {
        await new Promise<void>((resolve) => {
          const cancels = [clock.after(intervalMs, () => wake()), onAbort(signal, () => wake())];
          wake = () => {
            for (const cancel of cancels) cancel();
            resolve();
          };
        });
      }
      await clock.sleep(settlingMs, signal).catch(() => {});
      hasChanged = false;
      if (!signal.aborted) await look();
    }
  } finally {
    watcher?.close();
  }
}

function watched(directory: string, changed: () => void, onProblem: (why: string) => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, changed);
    watcher.on('error', (err) => onProblem(messageOf(err)));
    return watcher;
  } catch (err) {
    // It is looked at from time to time all the same.
    onProblem(messageOf(err));
    return undefined;
  }
}
