import { monitorEventLoopDelay } from 'node:perf_hooks';

/** For how long an event loop was held. */
export interface Held {
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
}

/** The timer comes so often: what is held for less isn't seen, and of what is longer up to so much is missed. */
const everyMs = 1;

/** Begins to look at this process's event loop. What it returns tells how long it was held since, and looks no longer. */
export function watchLoop(): () => Held {
  const delay = monitorEventLoopDelay({ resolution: everyMs });
  delay.enable();
  // Node counts from one time to the next, the time between the two included.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - everyMs);
  return () => {
    delay.disable();
    return { loopP99Ms: late(delay.percentile(99)), loopMaxMs: late(delay.max) };
  };
}
