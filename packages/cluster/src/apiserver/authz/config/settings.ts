import { lineOf } from '@tiphys/sdk/machinery';
import { durationIn, readConfig } from '../../config-file/index.ts';
import { aggregate } from '../authorizer.ts';
import type { WebhookSettings } from '../webhook/authorizer.ts';
import { authorizationConfigurations, type AuthorizerConfiguration, type WebhookConfiguration } from './kinds.ts';
import { configurationErrors } from './rules.ts';

export type AuthorizationMode = 'AlwaysAllow' | 'AlwaysDeny' | 'ABAC' | 'Webhook' | 'RBAC' | 'Node';

/** One of those who are asked, in their order. */
export type AuthorizerSettings =
  | { readonly type: Exclude<AuthorizationMode, 'Webhook'>; readonly name: string }
  | ({ readonly type: 'Webhook' } & WebhookSettings & WebhookConnection);

export interface WebhookConnection {
  readonly kubeconfig: string;
  readonly timeoutMs: number;
}

/** An authorizer that there is one of, under the name that it has wherever it is told of. */
export const plain = (type: Exclude<AuthorizationMode, 'Webhook'>): AuthorizerSettings => ({
  type,
  name: type.toLowerCase(),
});

const defaultAuthorizedTtlMs = 300_000;
const defaultUnauthorizedTtlMs = 30_000;

/** Of a webhook that flags tell of. */
export const flaggedWebhook = (flags: {
  readonly kubeconfig: string;
  readonly version: string;
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
}): AuthorizerSettings => ({
  type: 'Webhook',
  name: 'default',
  ...flags,
  version: knownVersion(flags.version),
  timeoutMs: 30_000,
  failurePolicy: 'NoOpinion',
  matchConditions: [],
});

function knownVersion(version: string): 'v1' | 'v1beta1' {
  if (version === 'v1' || version === 'v1beta1') return version;
  throw new Error(
    `invalid authorization config: unsupported webhook authorizer version ${JSON.stringify(version)}, supported versions are "v1", "v1beta1"`,
  );
}

/** Who is asked by a configuration file, in order. Throws an `Error` in upstream's words for one that makes no sense. */
export function readAuthorizers(
  data: Uint8Array,
  /** Those that must stay, once they were there. */
  wanted: readonly AuthorizationMode[] = [],
): readonly AuthorizerSettings[] {
  const { authorizers = [] } = read(data);
  const invalid = aggregate([...configurationErrors({ authorizers })].map(lineOf));
  if (invalid) throw new Error(invalid);
  const own = authorizers.filter((a) => a.type !== 'Webhook');
  const misnamed = own.flatMap(({ type = '', name }) =>
    name === type.toLowerCase()
      ? []
      : [`expected name ${type.toLowerCase()} for authorizer ${type} instead of ${name}`],
  );
  const missing = wanted.filter((type) => type !== 'Webhook' && !own.some((a) => a.type === type)).sort();
  const problem = aggregate([
    ...misnamed,
    ...(missing.length ? [`missing required types: [${missing.join(' ')}]`] : []),
  ]);
  if (problem) throw new Error(problem);
  return authorizers.map(settingsOf);
}

function read(data: Uint8Array) {
  if (!data.length) return {};
  try {
    const config = readConfig(data, authorizationConfigurations);
    // A duration that is none makes the file unreadable, not invalid.
    for (const { webhook } of config.authorizers ?? []) {
      for (const text of [webhook?.authorizedTTL, webhook?.unauthorizedTTL, webhook?.timeout]) durationIn(text);
    }
    return config;
  } catch (err) {
    throw new Error(`failed to load AuthorizationConfiguration from file: ${(err as Error).message}`, { cause: err });
  }
}

function settingsOf({ type, name = '', webhook }: AuthorizerConfiguration): AuthorizerSettings {
  return type === 'Webhook' && webhook
    ? { type, name, ...webhookSettings(webhook) }
    : { type: type as Exclude<AuthorizationMode, 'Webhook'>, name };
}

function webhookSettings(webhook: WebhookConfiguration): Omit<WebhookSettings, 'name'> & WebhookConnection {
  const { cacheAuthorizedRequests = true, cacheUnauthorizedRequests = true, connectionInfo } = webhook;
  if (connectionInfo?.type === 'InClusterConfig') {
    throw new Error('webhook connectionInfo type InClusterConfig is not for API servers: it would ask itself');
  }
  return {
    version: webhook.subjectAccessReviewVersion as 'v1' | 'v1beta1',
    authorizedTtlMs: cacheAuthorizedRequests ? durationIn(webhook.authorizedTTL) || defaultAuthorizedTtlMs : 0,
    unauthorizedTtlMs: cacheUnauthorizedRequests ? durationIn(webhook.unauthorizedTTL) || defaultUnauthorizedTtlMs : 0,
    timeoutMs: durationIn(webhook.timeout),
    failurePolicy: webhook.failurePolicy as 'NoOpinion' | 'Deny',
    matchConditions: (webhook.matchConditions ?? []).map(({ expression = '' }) => expression),
    kubeconfig: connectionInfo?.kubeConfigFile ?? '',
  };
}
