import type { Reader, Told, Watcher } from '../cache/watcher.ts';
import type { Sink } from '../context.ts';
import type { FanOut, Listener } from './fan-out.ts';

export interface PushOptions {
  readonly chunkOf: (told: readonly Told[]) => Uint8Array;
  readonly fanOut: Pick<FanOut, 'later'>;
}

/** Pushes a watch's events as they come, in the turns of the fan-out. */
export function pushWatch(watcher: Watcher, options: PushOptions, into: Sink): void {
  const push = new WatchPush(watcher, options, into);
  watcher.onceClosed(() => push.closed());
  void push.begin();
}

/**
 * There are thousands, which all are told of an event while it is new: nothing is made for each, and what has to be looked at
 * lies in one place.
 */
class WatchPush implements Reader, Listener {
  readonly #watcher: Watcher;
  readonly #chunkOf: PushOptions['chunkOf'];
  readonly #fanOut: PushOptions['fanOut'];
  readonly #into: Sink;
  #isFull = false;

  constructor(watcher: Watcher, { chunkOf, fanOut }: PushOptions, into: Sink) {
    this.#watcher = watcher;
    this.#chunkOf = chunkOf;
    this.#fanOut = fanOut;
    this.#into = into;
  }

  async begin(): Promise<void> {
    try {
      for await (const told of this.#watcher.initial()) {
        if (!this.#write(told)) await new Promise<void>((resolve) => this.#onceRoom(resolve));
      }
      this.#watcher.whenReady(this);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  ready(): void {
    this.#fanOut.later(this);
  }

  tell(): void {
    try {
      const told = this.#watcher.take();
      if (!told) this.#into.end();
      else if (this.#write(told)) this.#watcher.whenReady(this);
      else this.#onceRoom(() => this.#watcher.whenReady(this));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Who doesn't read won't read an end either. */
  closed(): void {
    if (this.#isFull && this.#watcher.isLost) this.#into.fail(tooSlow());
  }

  /** Whether there is room for more. */
  #write(told: readonly Told[]): boolean {
    return this.#into.write(this.#chunkOf(told));
  }

  #onceRoom(next: () => void): void {
    if (this.#watcher.isLost) return this.#into.fail(tooSlow());
    this.#isFull = true;
    this.#into.onceRoom(() => {
      this.#isFull = false;
      next();
    });
  }

  #fail(why: Error): void {
    this.#watcher.close();
    this.#into.fail(why);
  }
}

const tooSlow = (): Error => new Error('the reader was too slow');
