/** As a shell tells of a process that a signal ended. */
export const terminatedCode = 143;

/** Resolves to the exit code of a process that goes on until it is told to end. */
export const untilAborted = (signal: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(terminatedCode);
    signal.addEventListener('abort', () => resolve(terminatedCode), { once: true });
  });
