export interface Stop {
  readonly signal: AbortSignal;
  /** Whether pods are to go on, as told when asked to end. */
  readonly keepsPods: () => boolean;
}

/** How a process asks a cluster to end and to leave its pods; SIGTERM, and Ctrl-C, end them too. */
export const keepPodsSignal = 'SIGUSR2';

/** Aborts when the process is asked to end; asked a second time, it ends at once. */
export function stopSignal(keepPods = false): Stop {
  const controller = new AbortController();
  let keeps = keepPods;
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    [keepPodsSignal, 140],
  ] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code);
      keeps ||= name === keepPodsSignal;
      controller.abort();
    });
  }
  return { signal: controller.signal, keepsPods: () => keeps };
}
