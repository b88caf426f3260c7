import type { Clock } from '@tiphys/sdk/runtime';
import { StoreFull } from '../errors.ts';
import type { Row, Tables } from './tables.ts';

interface Submission {
  readonly rows: readonly Row[];
  /** Called in the order of submission, before anyone who waits goes on. */
  readonly committed: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes of many in one commit of the file: while one is being synced, the next one's gather. When a commit fails, so does
 * everything submitted until then, since it may have been decided on what has failed.
 */
export class GroupCommit {
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #failed: () => void;
  #waiting: Submission[] = [];
  #running: Promise<void> | undefined;

  /** `failed` is called before anyone hears of the failure. */
  constructor(tables: Tables, clock: Clock, failed: () => void) {
    this.#tables = tables;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Resolves when these rows, and all that was submitted before, are on the disk. Throws `StoreFull`. */
  submit(rows: readonly Row[], committed: () => void = () => {}): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, committed, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length) {
      // Whoever was just told goes first, so that what it writes next shares the coming commit.
      await this.#clock.yield();
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group.flatMap((s) => s.rows));
      } catch (error) {
        this.#fail(group, error as Error);
        continue;
      }
      for (const s of group) s.committed();
      for (const s of group) s.resolve();
    }
    this.#running = undefined;
  }

  async #write(rows: readonly Row[]): Promise<void> {
    if (!rows.length) return;
    if (!this.#tables.takeRoom(rows)) throw new StoreFull();
    try {
      await this.#tables.write(rows);
    } catch (error) {
      const cause = await causeOf(error);
      if (!isFull(cause)) throw new Error('the store could not be written', { cause });
      throw new StoreFull(cause);
    }
  }

  #fail(group: readonly Submission[], error: Error): void {
    const all = [...group, ...this.#waiting];
    this.#waiting = [];
    this.#failed();
    for (const s of all) s.reject(error);
  }
}

/** lmdb tells why a commit failed by a promise beside the error. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  return commitError
    ? commitError.then(
        () => error,
        (cause: unknown) => cause,
      )
    : error;
}

const enospc = 28;
const edquot = 122;
const mapFull = -30792;

function isFull(error: unknown): boolean {
  const { code } = error as { code?: number };
  return code === enospc || code === edquot || code === mapFull;
}
