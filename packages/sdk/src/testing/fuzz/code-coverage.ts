import { type Profiler, Session } from 'node:inspector';

type Interval = readonly [start: number, end: number];

/** Only functions that are compiled from now on are told of block by block: it is never stopped once somebody has asked for it. */
let shared: Session | undefined;

/** Begins to watch: what runs before is later told of function by function only. */
export function coverageSession(): Session {
  if (shared) return shared;
  shared = new Session();
  shared.connect();
  shared.post('Profiler.enable');
  shared.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return shared;
}

const here = new URL('.', import.meta.url).href;
const isTried = (url: string): boolean =>
  url.startsWith('file:') && (!url.startsWith(here) || url.endsWith('.test.js'));

/** Which code of this process has run, block by block, libraries' included and Node's own left out. */
export class CodeCoverage {
  readonly #session = coverageSession();
  /** What has not run yet, of each function that has been called. */
  #idle = new Map<string, readonly Interval[]>();
  #before = new Map<string, readonly Interval[] | undefined>();

  /** Whether something has run since the last call that never had before. */
  sawNew(): boolean {
    this.#before = new Map();
    // The session is of this very thread: its answers come before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (err, { result }) => {
      if (err) throw err;
      for (const { url, scriptId, functions } of result) {
        if (isTried(url)) for (const f of functions) this.#add(scriptId, f.ranges);
      }
    });
    return this.#before.size > 0;
  }

  /** Takes back what the last call found. */
  undo(): void {
    for (const [key, idle] of this.#before) {
      if (idle) this.#idle.set(key, idle);
      else this.#idle.delete(key);
    }
  }

  /** How many functions have run, and how many of them to the last block. */
  get reached(): { functions: number; whole: number } {
    const idle = [...this.#idle.values()];
    return { functions: idle.length, whole: idle.filter((blocks) => !blocks.length).length };
  }

  forget(): void {
    this.#idle = new Map();
  }

  /** A function's first range is all of it; the others are blocks of it that ran another number of times. */
  #add(scriptId: string, ranges: readonly Profiler.CoverageRange[]): void {
    const [whole, ...blocks] = ranges;
    if (!whole?.count) return;
    const key = `${scriptId}:${whole.startOffset}-${whole.endOffset}`;
    const before = this.#idle.get(key);
    const now = blocks.filter((b) => b.count === 0).map((b): Interval => [b.startOffset, b.endOffset]);
    const idle = before ? intersection(before, now) : now;
    if (before && sizeOf(idle) === sizeOf(before)) return;
    if (!this.#before.has(key)) this.#before.set(key, before);
    this.#idle.set(key, idle);
  }
}

const intersection = (some: readonly Interval[], others: readonly Interval[]): readonly Interval[] =>
  some.flatMap(([from, to]) =>
    others
      .map(([start, end]): Interval => [Math.max(from, start), Math.min(to, end)])
      .filter(([start, end]) => start < end),
  );

const sizeOf = (intervals: readonly Interval[]): number => intervals.reduce((sum, [from, to]) => sum + to - from, 0);
