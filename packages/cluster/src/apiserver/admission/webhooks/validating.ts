import { type ValidatingWebhook, validatingWebhookConfiguration } from '@tiphys/sdk/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import type { Match } from '../policies/match.ts';
import { askWebhook, type WebhookWorld } from './ask.ts';
import { isAboutAdmission, matchOfWebhook, validatingWebhooks, type Webhook } from './webhook.ts';

/** Asks the webhooks that may refuse writes, all at once; the first of those that do is told of. */
export const validatingWebhookAdmission = (world: WebhookWorld): AdmissionPlugin => ({
  name: 'ValidatingAdmissionWebhook',
  matches: { operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], resources: ['*/*'] },
  isIdle: () => !world.objects.has(validatingWebhookConfiguration),

  async validate(attributes: AdmissionAttributes) {
    if (isAboutAdmission(attributes)) return;
    const matching: { webhook: Webhook<ValidatingWebhook>; match: Match }[] = [];
    for (const webhook of validatingWebhooks(world)) {
      const match = await matchOfWebhook(webhook, attributes, world);
      if (match) matching.push({ webhook, match });
    }
    const asked = matching.map(({ webhook, match }, i) =>
      askWebhook(webhook, attributes, { match, mutating: false, place: `round_0_index_${i}`, world }),
    );
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.find((o) => o.status === 'rejected');
    if (refused) throw refused.reason;
  },
});
