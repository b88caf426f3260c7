import { sleepOn } from './sleep.ts';

/** All the time there is. Components take one; `systemClock` is the real thing, `SimClock` (testing/) a simulated one. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some fixed moment; never jumps. For durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A signal that aborts after `ms` (reason: a `TimeoutError`). `within` is for work that another signal may end as well. */
  timeout(ms: number): AbortSignal;
  /** Calls `fn` once after `ms`; the returned function cancels it. For state machines that can't await. */
  after(ms: number, fn: () => void): () => void;
  /** Lets other work run. Call it inside any loop that grows with the cluster. */
  yield(): Promise<void>;
}

// Node's timers take at most this many milliseconds; longer ones would fire at once.
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return sleepOn(this, ms, signal);
  },
  timeout: (ms) => AbortSignal.timeout(Math.min(Math.max(0, Math.ceil(ms)), longestTimer)),
  after(ms, fn) {
    let timer: NodeJS.Timeout;
    const arm = (left: number) => {
      timer = left > longestTimer ? setTimeout(() => arm(left - longestTimer), longestTimer) : setTimeout(fn, left);
    };
    arm(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
};
