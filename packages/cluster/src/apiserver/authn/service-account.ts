import { node, pod as podKind, secret as secretKind, serviceAccount } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { BoundTo, ServiceAccountTokens, TokenClaims } from '../../pki/index.ts';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import type { UserInfo } from '../context.ts';
import { accountUser } from './account-user.ts';
import { BadCredentials, type TokenAuthenticator } from './known.ts';
import { type LegacyDeps, legacyIssuer, legacyAccount } from './legacy-service-account.ts';
import { ownClaims, sharedAudiences } from './own-tokens.ts';

export interface ServiceAccountAuthnDeps extends LegacyDeps {
  readonly tokens: ServiceAccountTokens;
  /** Whose tokens are taken. */
  readonly issuers: readonly string[];
  /** Whom tokens are for that don't say. */
  readonly audiences: readonly string[];
  readonly clock: Clock;
}

/** How far clocks may differ, and how long an object may be on its way out before its tokens go with it. */
const leewayMs = 60_000;

/** Tokens of service accounts: signed by us, in time, for us, and what they are bound to is still there. */
export function serviceAccountTokens(deps: ServiceAccountAuthnDeps): TokenAuthenticator {
  const { tokens, issuers, audiences: own, clock, objects, uses } = deps;
  const isIssuer = (issuer: string) => issuer === legacyIssuer || issuers.includes(issuer);
  return (token, wanted) => {
    const claims = ownClaims(token, tokens, isIssuer);
    if (!claims) return undefined;
    const audiences = sharedAudiences(claims, wanted, own);
    if (claims.iss === legacyIssuer) return { ...legacyAccount(claims, token, deps), audiences };
    const now = clock.now();
    checkTime(claims, now);
    checkBound(claims, objects, now);
    const user = userOf(claims);
    const { warnafter } = claims['kubernetes.io'];
    if (!warnafter) return { user, audiences };
    const isStale = now > warnafter * 1000;
    uses[isStale ? 'stale' : 'valid']++;
    return isStale ? { user, audiences, notes: staleNotes(claims.sub, warnafter, now) } : { user, audiences };
  };
}

/** Whoever uses such a token ought to have read a newer one by now. */
function staleNotes(sub: string, warnafter: number, now: number): Record<string, string> {
  const late = Math.floor(now / 1000) - warnafter;
  return { 'authentication.k8s.io/stale-token': `subject: ${sub}, seconds after warning threshold: ${late}` };
}

function checkTime({ nbf, exp, iat }: Partial<TokenClaims>, now: number): void {
  const [late, early] = [now + leewayMs, now - leewayMs];
  if (nbf !== undefined && late < nbf * 1000) throw new BadCredentials('service account token is not valid yet');
  if (exp !== undefined && early > exp * 1000) throw new BadCredentials('service account token has expired');
  if (iat !== undefined && late < iat * 1000) {
    throw new BadCredentials('service account token is issued in the future');
  }
}

function checkBound(
  { 'kubernetes.io': { namespace, serviceaccount, secret, pod, node: onNode } }: TokenClaims,
  objects: Pick<ClusterObjects, 'find'>,
  now: number,
): void {
  const gone = new BadCredentials('service account token has been invalidated');
  const check = (found: KubeObject | undefined, { uid }: BoundTo, mismatch: (actual: string) => string) => {
    if (!found) throw gone;
    const { uid: actual = '', deletionTimestamp } = found.metadata;
    if (uid !== actual) throw new BadCredentials(mismatch(actual));
    if (deletionTimestamp && Date.parse(deletionTimestamp) < now - leewayMs) throw gone;
  };
  const account = objects.find(serviceAccount, namespace, serviceaccount.name);
  if (!account) throw new BadCredentials(`serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`);
  check(account, serviceaccount, (uid) => `service account UID (${uid}) does not match claim (${serviceaccount.uid})`);
  const claim = (what: string, uid: string, { uid: said }: BoundTo) =>
    `${what} UID (${uid}) does not match service account ${what} ref claim (${said})`;
  if (secret) {
    check(objects.find(secretKind, namespace, secret.name), secret, (uid) => claim('secret', uid, secret));
  }
  if (pod) check(objects.find(podKind, namespace, pod.name), pod, (uid) => claim('pod', uid, pod));
  // A pod's token tells its node but isn't bound to it.
  else if (onNode) check(objects.find(node, '', onNode.name), onNode, (uid) => claim('node', uid, onNode));
}

/** The same user for the same claims, which are remembered with their token. */
function userOf(claims: TokenClaims): UserInfo {
  let user = users.get(claims);
  if (!user) users.set(claims, (user = userIn(claims)));
  return user;
}

const users = new WeakMap<TokenClaims, UserInfo>();

function userIn({ jti, 'kubernetes.io': { namespace, serviceaccount, pod, node: onNode } }: TokenClaims): UserInfo {
  const extra: Record<string, string[]> = {};
  const say = (key: string, value: string | undefined) => {
    if (value) extra[`authentication.kubernetes.io/${key}`] = [value];
  };
  say('credential-id', jti && `JTI=${jti}`);
  say('node-name', onNode?.name);
  say('node-uid', onNode?.uid);
  say('pod-name', pod?.name);
  say('pod-uid', pod?.uid);
  return accountUser({ namespace, name: serviceaccount.name, uid: serviceaccount.uid ?? '' }, extra);
}
