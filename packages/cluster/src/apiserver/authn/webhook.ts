import { isObject } from '@tiphys/sdk/machinery';
import type { Clock, Logger, Random } from '@tiphys/sdk/runtime';
import type { UserInfo } from '../context.ts';
import { type WebhookClient, withRetries } from '../webhook-client/index.ts';
import { BadCredentials, type TokenAuthenticator } from './known.ts';

export interface WebhookTokensDeps {
  readonly client: Pick<WebhookClient, 'ask'>;
  /** Of the TokenReview that is sent and expected. */
  readonly version: 'v1' | 'v1beta1';
  /** Whom a token is for of which the webhook doesn't say. */
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Tokens that a webhook knows. */
export function webhookTokens({ client, version, audiences: own, ...deps }: WebhookTokensDeps): TokenAuthenticator {
  return async (token, wanted) => {
    const review = {
      kind: 'TokenReview',
      apiVersion: `authentication.k8s.io/${version}`,
      metadata: {},
      spec: { token, ...(wanted.length && { audiences: wanted }) },
      status: { user: {} },
    };
    const answer = await withRetries(() => client.ask(review), deps).catch((err: Error) => {
      deps.log.error('failed to make webhook authenticator request', { error: err.message });
      throw new BadCredentials(err.message);
    });
    const status = statusOf(answer, version);
    const said = textsOf(status['audiences']);
    const audiences = (said.length ? said : own).filter((a) => wanted.includes(a));
    if (!audiences.length) return undefined;
    if (status['authenticated'] !== true) {
      if (typeof status['error'] === 'string' && status['error']) throw new BadCredentials(status['error']);
      return undefined;
    }
    return { user: userOf(status['user']), audiences };
  };
}

function statusOf(answer: unknown, version: string): Readonly<Record<string, unknown>> {
  const { kind, apiVersion, status } = isObject(answer) ? answer : {};
  if (typeof kind === 'string' && kind && kind !== 'TokenReview') {
    const said = `${String(apiVersion).split('/').at(-1)}.${kind}`;
    throw new BadCredentials(`converting (${said}) to (${version}.TokenReview): unknown conversion`);
  }
  return isObject(status) ? status : {};
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function userOf(said: unknown): UserInfo {
  const { username, uid, groups, extra } = isObject(said) ? said : {};
  const entries = Object.entries(isObject(extra) ? extra : {});
  return {
    name: textOf(username),
    uid: textOf(uid),
    groups: textsOf(groups),
    extra: Object.fromEntries(entries.map(([key, values]) => [key, textsOf(values)])),
  };
}
