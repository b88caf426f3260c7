import { holdsGivenEmpty, wasGivenEmpty } from '../../machinery/index.ts';

/** Whether a list among the webhooks came empty: to upstream, which compares to the bit, that is a change each time. */
export const hasEmptyWebhooks = (configuration: { readonly webhooks?: readonly object[] }): boolean =>
  wasGivenEmpty(configuration, 'webhooks') || holdsGivenEmpty(configuration.webhooks);
