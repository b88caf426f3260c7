import { unauthorized } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { ServiceAccountTokens, TokenClaims } from '../../pki/index.ts';
import type { Feed } from '../cache/feed.ts';
import type { UserInfo } from '../context.ts';
import type { Registries } from '../registry/registries.ts';
import type { TokenAuthenticator } from './authenticator.ts';

export interface ServiceAccountAuthnDeps {
  readonly tokens: ServiceAccountTokens;
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly feed: Feed;
  readonly registries: () => Registries;
}

/** Tokens of service accounts: signed by us, in time, for us, and what they are bound to is still there. */
export function serviceAccountTokens(deps: ServiceAccountAuthnDeps): TokenAuthenticator {
  return (token, audiences) => {
    const claims = deps.tokens.verify(token);
    if (!claims) return undefined;
    const now = deps.clock.now() / 1000;
    const wanted = audiences.length ? audiences : deps.audiences;
    if (claims.exp <= now || claims.nbf > now + 1 || !claims.aud.some((a) => wanted.includes(a))) throw unauthorized();
    if (!stillThere(claims, deps.registries())) throw unauthorized();
    return userOf(claims);
  };
}

/** Upstream gives a bound object's deletion a minute to be noticed; we notice at once. */
function stillThere(
  { 'kubernetes.io': { namespace, serviceaccount, pod, secret, node } }: TokenClaims,
  registries: Registries,
): boolean {
  const has = (plural: string, ns: string, bound: { name: string; uid?: string } | undefined) => {
    if (!bound) return true;
    const found = registries.find('', 'v1', plural)?.find(ns, bound.name)?.object;
    return found !== undefined && (!bound.uid || found.metadata.uid === bound.uid);
  };
  return (
    has('serviceaccounts', namespace, serviceaccount) &&
    has('pods', namespace, pod) &&
    has('secrets', namespace, secret) &&
    (pod !== undefined || has('nodes', '', node))
  );
}

function userOf({ jti, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: TokenClaims): UserInfo {
  const extra: Record<string, string[]> = {};
  const say = (key: string, value: string | undefined) => {
    if (value) extra[`authentication.kubernetes.io/${key}`] = [value];
  };
  say('credential-id', jti && `JTI=${jti}`);
  say('pod-name', pod?.name);
  say('pod-uid', pod?.uid);
  say('node-name', node?.name);
  say('node-uid', node?.uid);
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid ?? '',
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra,
  };
}
