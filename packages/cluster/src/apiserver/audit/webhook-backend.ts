import type { Clock, Random } from '@tiphys/sdk/runtime';
import { type WebhookClient, withRetries } from '../webhook-client/index.ts';
import type { Backend, Lost } from './backend.ts';
import { eventListJson } from './event.ts';

export interface WebhookBackendDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly lost: Lost;
  /** Before the second attempt. */
  readonly firstDelayMs: number;
}

const plugin = 'webhook';

/** Posts events as lists to a webhook, and again after a while when it doesn't take them, whatever the reason. */
export function webhookBackend(client: WebhookClient, { lost, ...retries }: WebhookBackendDeps): Backend {
  // Who ends doesn't wait for a webhook to come back: every batch is tried, and none is waited with.
  const closing = new AbortController();
  return {
    process: async (events) => {
      const json = eventListJson(events);
      try {
        await withRetries(() => client.tell(json), { ...retries, isWorthIt: () => true }, closing.signal);
        return true;
      } catch (err) {
        lost(plugin, err, events);
        return false;
      }
    },
    close: () => {
      closing.abort();
      return Promise.resolve();
    },
  };
}
