import { backoff, type Clock, type Random } from '@tiphys/sdk/runtime';
import { WebhookFailure } from './failure.ts';

export interface Retries {
  readonly clock: Clock;
  readonly random: Random;
  /** Before the second attempt. */
  readonly firstDelayMs?: number;
  readonly attempts?: number;
  /** What is worth another attempt; what may pass, unless told. */
  readonly isWorthIt?: (failure: WebhookFailure) => boolean;
}

/** Asks again, each time after a longer while, as long as what went wrong may pass (upstream's DefaultRetryBackoff). */
export async function withRetries<T>(
  ask: () => Promise<T>,
  { clock, random, firstDelayMs = 500, attempts = 5, isWorthIt = ({ mayPass }) => mayPass }: Retries,
  signal?: AbortSignal,
): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await ask();
    } catch (err) {
      if (!(err instanceof WebhookFailure) || !isWorthIt(err) || n + 1 >= attempts || signal?.aborted) throw err;
      const delay = backoff(n, { baseMs: firstDelayMs, maxMs: Infinity, factor: 1.5, jitter: 0.2, random });
      try {
        await clock.sleep(delay, signal);
      } catch {
        // Who waits has gone; what they were waiting for is why.
        throw err;
      }
    }
  }
}
