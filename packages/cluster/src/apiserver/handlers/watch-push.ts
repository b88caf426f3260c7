import type { Told, Watcher } from '../cache/watcher.ts';
import type { Sink } from '../context.ts';
import type { FanOut } from './fan-out.ts';

export interface PushOptions {
  readonly chunkOf: (told: readonly Told[]) => Uint8Array;
  readonly fanOut: Pick<FanOut, 'later'>;
}

/** Pushes a watch's events as they come, in the turns of the fan-out. There are thousands, so nothing is made for each event. */
export function pushWatch(watcher: Watcher, { chunkOf, fanOut: { later } }: PushOptions, into: Sink): void {
  let isFull = false;

  const write = (told: readonly Told[], next: () => void): void => {
    if (into.write(chunkOf(told))) return next();
    if (watcher.isLost) return into.fail(tooSlow());
    isFull = true;
    into.onceRoom(() => {
      isFull = false;
      next();
    });
  };
  const tell = (): void => {
    try {
      const told = watcher.take();
      if (told) write(told, wait);
      else into.end();
    } catch (error) {
      fail(error as Error);
    }
  };
  const soon = (): void => later(tell);
  const wait = (): void => watcher.whenReady(soon);
  const fail = (why: Error): void => {
    watcher.close();
    into.fail(why);
  };

  watcher.onceClosed(() => {
    // Who doesn't read won't read an end either.
    if (isFull && watcher.isLost) into.fail(tooSlow());
  });
  begin(watcher, write).then(wait, fail);
}

async function begin(watcher: Watcher, write: (told: readonly Told[], next: () => void) => void): Promise<void> {
  for await (const told of watcher.initial()) await new Promise<void>((resolve) => write(told, resolve));
}

const tooSlow = (): Error => new Error('the reader was too slow');
