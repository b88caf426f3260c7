import { timingSafeEqual } from 'node:crypto';
import { secret as secretKind, type Secret } from '@tiphys/sdk/api';
import { own } from '@tiphys/sdk/machinery';
import type { Clock, Logger } from '@tiphys/sdk/runtime';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import { ownOf, type TokenAuthenticator } from './known.ts';

export interface BootstrapTokensDeps {
  readonly objects: Pick<ClusterObjects, 'find'>;
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

const namespace = 'kube-system';
const type = 'bootstrap.kubernetes.io/token';
const form = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const everyone = 'system:bootstrappers';
const groupForm = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** Tokens that nodes join with: `id.secret`, each a Secret of kube-system. One that is no good isn't known. */
export function bootstrapTokens({ objects, audiences: here, clock, log }: BootstrapTokensDeps): TokenAuthenticator {
  return (token, wanted) => {
    const [, id, key] = form.exec(token) ?? [];
    if (id === undefined || key === undefined) return undefined;
    const audiences = ownOf(wanted, here);
    if (!audiences.length) return undefined;
    const secret = objects.find(secretKind, namespace, `bootstrap-token-${id}`);
    if (!secret) return undefined;
    const problem = problemOf(secret, { id, key, now: clock.now() });
    if (problem) {
      log.info('a bootstrap secret matching a bearer token is no good', { secret: secret.metadata.name, problem });
      return undefined;
    }
    return { user: { name: `system:bootstrap:${id}`, groups: groupsOf(secret), extra: {} }, audiences };
  };
}

/** Why the token of a Secret isn't taken. */
function problemOf(
  secret: Secret,
  { id, key, now }: { readonly id: string; readonly key: string; readonly now: number },
): string | undefined {
  if (secret.metadata.deletionTimestamp) return 'is deleted and awaiting removal';
  if (secret.type !== type || !secret.data) return `has invalid type, expected ${type}`;
  if (!isSame(textIn(secret, 'token-secret'), key)) return 'has invalid value for key token-secret';
  if (textIn(secret, 'token-id') !== id) return 'has invalid value for key token-id';
  const expiration = textIn(secret, 'expiration');
  if (expiration && !(timeOf(expiration) > now)) return 'has expired';
  if (textIn(secret, 'usage-bootstrap-authentication') !== 'true') {
    return 'not marked usage-bootstrap-authentication=true';
  }
  const wrong = extraGroups(secret).find((group) => !groupForm.test(group));
  return wrong === undefined ? undefined : `has invalid value for key auth-extra-groups: ${JSON.stringify(wrong)}`;
}

const textIn = ({ data = {} }: Secret, key: string): string => Buffer.from(own(data, key) ?? '', 'base64').toString();

/** How long it takes tells nothing of where they differ. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Not a number for what is no time (RFC 3339). */
const timeOf = (text: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;

const extraGroups = (secret: Secret): string[] => {
  const text = textIn(secret, 'auth-extra-groups');
  return text ? text.split(',') : [];
};

const groupsOf = (secret: Secret): string[] => [...new Set([everyone, ...extraGroups(secret)])].sort();
