import { isObject, quoted } from '@tiphys/sdk/machinery';
import { jsonWord } from '../../handlers/json-text.ts';
import { quotedList } from '../known.ts';
import type { Claims } from './claims.ts';
import { type IdTokenFields, idTokenFields } from './id-token-fields.ts';
import { type Jws, parseJws } from './jws.ts';

export interface IdTokenRules {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** What tokens may be signed with. */
  readonly algorithms: readonly string[];
}

/** Verifies signatures by the keys of one issuer. */
export interface Keys {
  verify(jws: Jws): Promise<void>;
}

/** How far the clocks of those who say when a token begins may differ from ours. */
const leewayMs = 60_000;

/** The claims of a token that its issuer has signed, for us and for now. Throws in upstream's words for any other. */
export async function verifyIdToken(
  token: string,
  rules: IdTokenRules,
  { keys, now }: { readonly keys: Keys; readonly now: () => number },
): Promise<Claims> {
  const jws = jwsOf(token);
  if (!rules.algorithms.includes(jws.alg)) {
    throw new Error(
      `oidc: id token signed with unsupported algorithm, expected ${quotedList(rules.algorithms)} got ${quoted(jws.alg)}`,
    );
  }
  await keys.verify(jws).catch((err: Error) => {
    throw new Error(`failed to verify signature: ${err.message}`, { cause: err });
  });
  const { claims, fields } = understood(jws.payload);
  checkSources(fields);
  checkIssuer(fields.issuer, rules.issuer);
  checkAudiences(fields.audiences, rules.audiences);
  checkTime(fields, now());
  return claims;
}

function jwsOf(token: string): Jws {
  try {
    return parseJws(token);
  } catch (err) {
    throw new Error(`oidc: malformed jwt: ${(err as Error).message}`, { cause: err });
  }
}

function understood(payload: Buffer): { claims: Claims; fields: IdTokenFields } {
  try {
    const claims = JSON.parse(payload.toString()) as unknown;
    if (!isObject(claims))
      throw new Error(`json: cannot unmarshal ${jsonWord(claims)} into Go value of type oidc.idToken`);
    return { claims, fields: idTokenFields(claims) };
  } catch (err) {
    throw new Error(`oidc: failed to unmarshal claims: ${(err as Error).message}`, { cause: err });
  }
}

/** Every claim that stands elsewhere must have a place where. */
function checkSources({ claimNames, claimSources }: IdTokenFields): void {
  for (const source of Object.values(claimNames)) {
    if (!source) throw new Error('oidc: failed to obtain source from claim name');
    if (!Object.hasOwn(claimSources, source)) throw new Error('oidc: source does not exist');
  }
}

const google = 'https://accounts.google.com';

function checkIssuer(said: string, issuer: string): void {
  // Google says it either way.
  if (said === issuer || (issuer === google && `https://${said}` === google)) return;
  throw new Error(`oidc: id token issued by a different provider, expected ${quoted(issuer)} got ${quoted(said)}`);
}

function checkAudiences(said: readonly string[], ours: readonly string[]): void {
  if (said.some((a) => ours.includes(a))) return;
  const [only = ''] = ours;
  throw new Error(
    ours.length > 1
      ? `oidc: expected audience in ${quotedList(ours.toSorted())} got ${quotedList(said)}`
      : `oidc: expected audience ${quoted(only)} got ${quotedList(said)}`,
  );
}

function checkTime({ expiry, notBefore }: IdTokenFields, now: number): void {
  if (expiry === undefined || expiry < now) {
    throw new Error(`oidc: token is expired (Token Expiry: ${goTime(expiry)})`);
  }
  if (notBefore !== undefined && now + leewayMs < notBefore) {
    throw new Error(`oidc: current time ${goTime(now)} before the nbf (not before) time: ${goTime(notBefore)}`);
  }
}

/** The zero time where there is none. */
function goTime(ms: number | undefined): string {
  if (ms === undefined) return '0001-01-01 00:00:00 +0000 UTC';
  const [day = '', time = ''] = new Date(ms).toISOString().split(/[TZ]/);
  return `${day} ${time.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))} +0000 UTC`;
}
