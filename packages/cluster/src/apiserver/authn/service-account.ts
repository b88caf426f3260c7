import { node, pod as podKind, secret as secretKind, serviceAccount } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { BoundTo, ServiceAccountTokens, TokenClaims } from '../../pki/index.ts';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import type { UserInfo } from '../context.ts';
import { BadCredentials, type TokenAuthenticator } from './known.ts';

export interface ServiceAccountAuthnDeps {
  readonly tokens: ServiceAccountTokens;
  /** Whose tokens are taken. */
  readonly issuers: readonly string[];
  readonly clock: Clock;
  readonly objects: ClusterObjects;
}

/** A bound object may be on its way out for so long before its tokens go with it. */
const leewayMs = 60_000;

/** Tokens of service accounts: signed by us, in time, for us, and what they are bound to is still there. */
export function serviceAccountTokens({ tokens, issuers, clock, objects }: ServiceAccountAuthnDeps): TokenAuthenticator {
  return (token, wanted) => {
    const claims = tokens.verify(token);
    if (!claims) {
      if (issuers.includes(String(issuerOf(token))))
        throw new BadCredentials('go-jose/go-jose: error in cryptographic primitive');
      return undefined;
    }
    if (!issuers.includes(claims.iss)) return undefined;
    const audiences = claims.aud.filter((a) => wanted.includes(a));
    if (!audiences.length) {
      throw new BadCredentials(
        `token audiences ${goList(claims.aud)} is invalid for the target audiences ${goList(wanted)}`,
      );
    }
    const now = clock.now();
    if (claims.exp * 1000 <= now) throw new BadCredentials('service account token has expired');
    if (claims.nbf * 1000 > now + 1000) throw new BadCredentials('service account token is not valid yet');
    checkBound(claims, objects, now);
    return { user: userOf(claims), audiences };
  };
}

const goList = (words: readonly string[]): string => `[${words.map((w) => JSON.stringify(w)).join(' ')}]`;

/** Who a token says it is from, believed or not. */
function issuerOf(token: string): unknown {
  const [head = '', body = '', , more] = token.split('.');
  if (more !== undefined) return undefined;
  try {
    JSON.parse(Buffer.from(head, 'base64url').toString());
    return (JSON.parse(Buffer.from(body, 'base64url').toString()) as { iss?: unknown } | null)?.iss;
  } catch {
    // Not a JWT, so nobody's.
    return undefined;
  }
}

function checkBound(
  { 'kubernetes.io': { namespace, serviceaccount, secret, pod, node: onNode } }: TokenClaims,
  objects: ClusterObjects,
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

function userOf({ jti, 'kubernetes.io': { namespace, serviceaccount, pod, node: onNode } }: TokenClaims): UserInfo {
  const extra: Record<string, string[]> = {};
  const say = (key: string, value: string | undefined) => {
    if (value) extra[`authentication.kubernetes.io/${key}`] = [value];
  };
  say('credential-id', jti && `JTI=${jti}`);
  say('node-name', onNode?.name);
  say('node-uid', onNode?.uid);
  say('pod-name', pod?.name);
  say('pod-uid', pod?.uid);
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid ?? '',
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra,
  };
}
