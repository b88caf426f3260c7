export interface LatestWritesOptions<V> {
  readonly send: (key: string, value: V) => Promise<void>;
  /** What to send in place of a write that waits and the newer one. */
  readonly merge: (waiting: V, newer: V) => V;
}

interface Line<V> {
  running: Promise<void>;
  waiting: V | undefined;
}

/**
 * Writes by key, one at a time; what waits is merged. Who changes its mind faster than it can write it down writes the last
 * of it, and there are never more writes than keys.
 */
export class LatestWrites<V extends object> {
  readonly #options: LatestWritesOptions<V>;
  readonly #lines = new Map<string, Line<V>>();

  constructor(options: LatestWritesOptions<V>) {
    this.#options = options;
  }

  /** Resolves when this write, or the one that it became part of, is over. */
  write(key: string, value: V): Promise<void> {
    const line = this.#lines.get(key);
    if (line) {
      line.waiting = line.waiting ? this.#options.merge(line.waiting, value) : value;
      return line.running;
    }
    const fresh: Line<V> = { running: Promise.resolve(), waiting: value };
    this.#lines.set(key, fresh);
    fresh.running = this.#run(key, fresh);
    return fresh.running;
  }

  /** Forgets what waits; resolves when nothing is being written under the key. Undefined when nothing is. */
  settled(key: string): Promise<void> | undefined {
    const line = this.#lines.get(key);
    if (!line) return undefined;
    line.waiting = undefined;
    return line.running.catch(() => undefined); // told to whoever wrote
  }

  async #run(key: string, line: Line<V>): Promise<void> {
    let failure: { error: unknown } | undefined;
    for (let value = line.waiting; value; value = line.waiting) {
      line.waiting = undefined;
      failure = await this.#options.send(key, value).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
    }
    this.#lines.delete(key);
    if (failure) throw failure.error;
  }
}
