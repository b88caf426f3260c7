import { type Profiler, Session } from 'node:inspector/promises';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Frame, Profile, Sample } from './profile.ts';

/** A hundred looks a second, as Go takes them. */
const periodMs = 10;

/** What V8 calls the time in which nothing runs. */
const notRunning = new Set(['(idle)', '(root)']);

/** Watches the whole process for a while. */
export async function cpuProfile(durationMs: number, clock: Clock, signal: AbortSignal): Promise<Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: periodMs * 1000 });
    const startedAtMs = clock.now();
    const from = clock.monotonic();
    await session.post('Profiler.start');
    // Who leaves before it is over has it as far as it came.
    await clock.sleep(durationMs, signal).catch((err: unknown) => {
      if (!signal.aborted) throw err;
    });
    const { profile } = await session.post('Profiler.stop');
    return { startedAtMs, durationMs: clock.monotonic() - from, periodMs, samples: samplesOf(profile) };
  } finally {
    session.disconnect();
  }
}

/** One sample for every place in the tree of calls at which somebody was found at work. */
export function samplesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Sample[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const found = new Map<number, { count: number; microseconds: number }>();
  for (const [i, id] of samples.entries()) {
    const at = found.get(id) ?? { count: 0, microseconds: 0 };
    found.set(id, { count: at.count + 1, microseconds: at.microseconds + Math.max(0, timeDeltas[i] ?? 0) });
  }
  return [...found].flatMap(([id, { count, microseconds }]) => {
    const stack: Frame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const { functionName, url, lineNumber } = byId.get(at)!.callFrame;
      if (functionName === '(root)') break;
      // V8 counts lines from 0, and from -1 where there are none.
      stack.push({ name: functionName || '(anonymous)', file: url, line: lineNumber + 1 });
    }
    const [leaf] = stack;
    return leaf && !notRunning.has(leaf.name) ? [{ stack, count, nanoseconds: microseconds * 1000 }] : [];
  });
}
