import { systemClock } from '@tiphys/sdk/runtime';

export interface Stop {
  readonly signal: AbortSignal;
  /** Whether pods are to go on, as told when asked to end. */
  readonly keepsPods: () => boolean;
}

/** How a process asks a cluster to end and to leave its pods; SIGTERM, and Ctrl-C, end them too. */
export const keepPodsSignal = 'SIGUSR2';

/** A Ctrl-C reaches every process of a terminal, and those above us (npm) hand it on: signals that close are one. */
const onePressMs = 500;

/** Aborts when the process is asked to end; asked a second time, it ends at once. */
export function stopSignal(keepPods = false): Stop {
  const controller = new AbortController();
  let keeps = keepPods;
  let askedAt = 0;
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    [keepPodsSignal, 140],
  ] as const) {
    process.on(name, () => {
      const now = systemClock.monotonic();
      if (controller.signal.aborted && now - askedAt < onePressMs) return;
      if (controller.signal.aborted) process.exit(code);
      askedAt = now;
      keeps ||= name === keepPodsSignal;
      controller.abort();
    });
  }
  return { signal: controller.signal, keepsPods: () => keeps };
}
