import { timingSafeEqual } from 'node:crypto';
import { secret as secretKind, serviceAccount } from '@tiphys/sdk/api';
import { own } from '@tiphys/sdk/machinery';
import type { TokenClaims } from '../../pki/index.ts';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import type { UserInfo } from '../context.ts';
import { accountUser } from './account-user.ts';
import { BadCredentials } from './known.ts';

export const legacyIssuer = 'kubernetes/serviceaccount';
const prefix = 'kubernetes.io/serviceaccount';
const invalidSince = 'kubernetes.io/legacy-token-invalid-since';

interface LegacyClaims {
  readonly namespace: string;
  readonly secret: string;
  readonly account: string;
  readonly uid: string;
}

/** Whom a token stands for that a secret holds: without an end, it is good as long as the secret is there, where that is looked up. */
export function legacyUser(
  claims: TokenClaims,
  token: string,
  { objects, looksUp }: { readonly objects: Pick<ClusterObjects, 'find'>; readonly looksUp: boolean },
): UserInfo {
  const legacy = legacyClaims(claims);
  if (looksUp) checkSecret(legacy, token, objects);
  const { namespace, account: name, uid } = legacy;
  return accountUser({ namespace, name, uid });
}

function legacyClaims(claims: TokenClaims): LegacyClaims {
  const say = (name: string, missing: string): string => {
    const value = own(claims as unknown as Record<string, unknown>, name);
    if (typeof value !== 'string' || !value) throw new BadCredentials(`${missing} claim is missing`);
    return value;
  };
  const subject = say('sub', 'sub');
  const namespace = say(`${prefix}/namespace`, 'namespace');
  const secret = say(`${prefix}/secret.name`, 'secretName');
  const account = say(`${prefix}/service-account.name`, 'serviceAccountName');
  const uid = say(`${prefix}/service-account.uid`, 'serviceAccountUID');
  if (subject !== `system:serviceaccount:${namespace}:${account}`) throw new BadCredentials('sub claim is invalid');
  return { namespace, secret, account, uid };
}

function checkSecret(
  { namespace, secret, account, uid }: LegacyClaims,
  token: string,
  objects: Pick<ClusterObjects, 'find'>,
) {
  const found = objects.find(secretKind, namespace, secret);
  if (!found || found.metadata.deletionTimestamp) throw new BadCredentials('Token has been invalidated');
  const copy = Buffer.from(own(found.data ?? {}, 'token') ?? '', 'base64');
  const sent = Buffer.from(token);
  if (copy.length !== sent.length || !timingSafeEqual(copy, sent)) {
    throw new BadCredentials("Token does not match server's copy");
  }
  const owner = objects.find(serviceAccount, namespace, account);
  if (!owner) throw new BadCredentials(`serviceaccounts ${JSON.stringify(account)} not found`);
  if (owner.metadata.deletionTimestamp) {
    throw new BadCredentials(`ServiceAccount ${namespace}/${account} has been deleted`);
  }
  const { uid: actual = '' } = owner.metadata;
  if (actual !== uid) throw new BadCredentials(`ServiceAccount UID (${actual}) does not match claim (${uid})`);
  if (own(found.metadata.labels ?? {}, invalidSince)) {
    throw new BadCredentials(
      `the token in secret ${namespace}/${secret} for service account ${namespace}/${account} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${invalidSince}' label from the secret to temporarily allow use of this token`,
    );
  }
}
