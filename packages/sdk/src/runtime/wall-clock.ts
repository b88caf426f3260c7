import type { Clock } from './clock.ts';

const lookEveryMs = 10_000;
const leastMs = 1000;

/**
 * Says when the wall clock was set, or the machine has slept, and by how much: whoever waits for a moment of the wall clock must
 * then look anew when that will be. Runs until the signal aborts.
 */
export async function watchWallClock(clock: Clock, wasSet: (byMs: number) => void, signal: AbortSignal): Promise<void> {
  const offset = () => clock.now() - clock.monotonic();
  for (let before = offset(); ;) {
    await clock.sleep(lookEveryMs, signal);
    const byMs = offset() - before;
    // Slewing, which corrects a clock little by little, adds up and is told in the end as well.
    if (Math.abs(byMs) < leastMs) continue;
    before += byMs;
    wasSet(byMs);
  }
}
