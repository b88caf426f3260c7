import { validatingWebhookConfiguration } from '@tiphys/sdk/api';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { askWebhook, type WebhookWorld } from './ask.ts';
import { isAboutAdmission, matchOfWebhook, validatingWebhooks } from './webhook.ts';

/** Asks the webhooks that may refuse writes, all at once; the first of those that do is told of. */
export const validatingWebhookAdmission = (world: WebhookWorld): AdmissionPlugin => ({
  name: 'ValidatingAdmissionWebhook',
  matches: { operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], resources: ['*/*'] },
  isIdle: () => !world.objects.has(validatingWebhookConfiguration),

  async validate(attributes: AdmissionAttributes) {
    if (isAboutAdmission(attributes)) return;
    const asked = validatingWebhooks(world).flatMap((webhook) => {
      const match = matchOfWebhook(webhook, attributes, world);
      return match ? [askWebhook(webhook, attributes, { match, mutating: false, world })] : [];
    });
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.find((o) => o.status === 'rejected');
    if (refused) throw refused.reason;
  },
});
