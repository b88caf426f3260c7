import { tokenReviewStatus, type userInfo } from '@tiphys/sdk/api';
import { s } from '@tiphys/sdk/schema';
import type { Clock, Logger, Random } from '@tiphys/sdk/runtime';
import type { ConfigKind } from '../config-file/index.ts';
import type { UserInfo } from '../context.ts';
import { type WebhookClient, withRetries } from '../webhook-client/index.ts';
import { BadCredentials, type TokenAuthenticator } from './known.ts';

export interface WebhookTokensDeps {
  readonly client: Pick<WebhookClient, 'askFor'>;
  /** Of the TokenReview that is sent and expected. */
  readonly version: 'v1' | 'v1beta1';
  /** Whom a token is for of which the webhook doesn't say. */
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Of a review only the answer counts. */
const answered = s.struct('authentication.v1.TokenReview', { status: s.held(3, tokenReviewStatus) });

/** Tokens that a webhook knows. */
export function webhookTokens({ client, version, audiences: own, ...deps }: WebhookTokensDeps): TokenAuthenticator {
  const apiVersion = `authentication.k8s.io/${version}`;
  const kind: ConfigKind<s.Out<typeof answered>> = { apiVersion, kind: 'TokenReview', schema: answered };
  return async (token, wanted) => {
    const review = {
      kind: 'TokenReview',
      apiVersion,
      metadata: {},
      spec: { token, ...(wanted.length && { audiences: wanted }) },
      status: { user: {} },
    };
    const { status } = await withRetries(() => client.askFor(review, kind), deps).catch((err: Error) => {
      deps.log.error('failed to make webhook authenticator request', { error: err.message });
      throw new BadCredentials(err.message);
    });
    const { audiences: said = [], authenticated, error } = status;
    const audiences = (said.length ? said : own).filter((a) => wanted.includes(a));
    if (!audiences.length) return undefined;
    if (authenticated) return { user: userOf(status.user), audiences };
    if (error) throw new BadCredentials(error);
    return undefined;
  };
}

const userOf = ({ username, uid, groups = [], extra = {} }: s.Out<typeof userInfo>): UserInfo => ({
  name: username ?? '',
  uid: uid ?? '',
  groups,
  extra,
});
