import type { MutatingWebhook, ValidatingWebhook, WebhookClientConfig } from '@tiphys/sdk/api';
import { hostnameOf, internalError, parseGoUrl } from '@tiphys/sdk/machinery';
import type { Clock, Random } from '@tiphys/sdk/runtime';
import type { ServiceRoute } from '../../services/index.ts';
import { askConfigured, hostPortOf, reliesOnCommonName, type WebhookConnections } from '../../webhook-client/index.ts';
import { annotate } from '../annotate.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import type { Match } from '../policies/match.ts';
import type { PolicyWorld } from '../policies/world.ts';
import type { WebhookUsers } from './users.ts';
import { answerOf, rejection, type Review, type ReviewAnswer, reviewOf } from './review.ts';
import { formsFor, type Webhook } from './webhook.ts';

export interface WebhookWorld extends PolicyWorld {
  readonly random: Random;
  readonly clock: Clock;
  readonly route: ServiceRoute;
  readonly connections: WebhookConnections;
  /** Who the server is there; nobody unless given. */
  readonly users?: WebhookUsers | undefined;
}

interface Asking {
  readonly match: Match;
  readonly mutating: boolean;
  /** Where in the order of webhooks it stands, and which time that order is gone through, as audit annotations say it. */
  readonly place: string;
  readonly world: WebhookWorld;
}

/** Asks a webhook about a write. Nothing when it can't be asked and that doesn't matter; throws what refuses the write. */
export async function askWebhook(
  { spec }: Webhook<MutatingWebhook | ValidatingWebhook>,
  attributes: AdmissionAttributes,
  { match, mutating, place, world }: Asking,
): Promise<ReviewAnswer | undefined> {
  const { name, clientConfig, admissionReviewVersions, failurePolicy, timeoutSeconds } = spec;
  const forms = await formsFor(attributes, match);
  const review = reviewOf(attributes, match, { uid: world.random.uuid(), versions: admissionReviewVersions, forms });
  let answer;
  try {
    const ask = () => called({ config: clientConfig, review, timeoutSeconds }, world);
    const { audit } = attributes;
    const body = await (audit ? audit.timed(mutating ? 'mutating-webhook' : 'validating-webhook', ask) : ask());
    answer = understood(() => answerOf(body, review, { mutating }));
  } catch (err) {
    if (reliesOnCommonName(err as Error)) tellOfCommonName(clientConfig, attributes);
    if (failurePolicy === 'Ignore') {
      annotate(
        attributes,
        `failed-open.${mutating ? 'mutation' : 'validating'}.webhook.admission.k8s.io/${place}`,
        name,
      );
      return undefined;
    }
    throw internalError(`failed calling webhook ${JSON.stringify(name)}: ${(err as Error).message}`);
  }
  for (const [key, value] of Object.entries(answer.annotations)) annotate(attributes, `${name}/${key}`, value);
  for (const warning of answer.warnings) attributes.warn(warning);
  if (!answer.allowed) throw rejection(name, answer);
  return answer;
}

/** Certificates of a time before alternative names count for nothing; the audit log tells whose they are. */
function tellOfCommonName({ url, service }: WebhookClientConfig, { audit }: AdmissionAttributes): void {
  const host = url === undefined ? `${service?.name}.${service?.namespace}.svc` : hostnameOf(parseGoUrl(url));
  const why = 'relies on a legacy Common Name field instead of the SAN extension for subject validation';
  audit?.annotate(`missing-san.invalid-cert.kubernetes.io/${host}`, why);
}

interface Call {
  readonly config: WebhookClientConfig;
  readonly review: Review;
  readonly timeoutSeconds: number;
}

async function called({ config, review, timeoutSeconds }: Call, world: WebhookWorld): Promise<unknown> {
  const user = await userAt(config, world);
  const signal = world.clock.timeout(timeoutSeconds * 1000);
  const body = Buffer.from(JSON.stringify(review));
  try {
    const call = { config, user, body, timeoutSeconds, signal, late: 'context deadline exceeded' };
    const { text } = await askConfigured(call, world);
    return JSON.parse(text) as unknown;
  } catch (err) {
    throw new Error(`failed to call webhook: ${(err as Error).message}`, { cause: err });
  }
}

async function userAt(config: WebhookClientConfig, { users }: WebhookWorld) {
  try {
    return await users?.(hostPortOf(config));
  } catch (err) {
    throw new Error(`could not get REST client: ${(err as Error).message}`, { cause: err });
  }
}

function understood<A>(read: () => A): A {
  try {
    return read();
  } catch (err) {
    throw new Error(`received invalid webhook response: ${(err as Error).message}`, { cause: err });
  }
}
