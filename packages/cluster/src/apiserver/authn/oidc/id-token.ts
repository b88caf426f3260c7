import { isObject, own, quoted } from '@tiphys/sdk/machinery';
import { jsonWord } from '../../handlers/json-text.ts';
import { quotedList } from '../known.ts';
import type { Claims } from './claims.ts';
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
  const claims = claimsOf(jws.payload);
  checkSources(claims);
  checkIssuer(textOf(claims, 'iss'), rules.issuer);
  checkAudiences(audiencesOf(claims), rules.audiences);
  checkTime(claims, now());
  return claims;
}

function jwsOf(token: string): Jws {
  try {
    return parseJws(token);
  } catch (err) {
    throw new Error(`oidc: malformed jwt: ${(err as Error).message}`, { cause: err });
  }
}

const unreadable = (why: string): Error => new Error(`oidc: failed to unmarshal claims: ${why}`);

function claimsOf(payload: Buffer): Claims {
  const value = JSON.parse(payload.toString()) as unknown;
  if (isObject(value)) return value;
  throw unreadable(`json: cannot unmarshal ${jsonWord(value)} into Go value of type oidc.idToken`);
}

function textOf(claims: Claims, name: string): string {
  const value = own(claims, name) ?? '';
  if (typeof value === 'string') return value;
  throw unreadable(`json: cannot unmarshal ${jsonWord(value)} into Go struct field idToken.${name} of type string`);
}

/** Every claim that stands elsewhere must have a place where. */
function checkSources(claims: Claims): void {
  const names = own(claims, '_claim_names');
  const sources = own(claims, '_claim_sources');
  for (const source of isObject(names) ? Object.values(names) : []) {
    if (source === '') throw new Error('oidc: failed to obtain source from claim name');
    if (!isObject(sources) || own(sources, String(source)) === undefined)
      throw new Error('oidc: source does not exist');
  }
}

const google = 'https://accounts.google.com';

function checkIssuer(said: string, issuer: string): void {
  // Google says it either way.
  if (said === issuer || (issuer === google && `https://${said}` === google)) return;
  throw new Error(`oidc: id token issued by a different provider, expected ${quoted(issuer)} got ${quoted(said)}`);
}

function audiencesOf(claims: Claims): string[] {
  const said = own(claims, 'aud') ?? [];
  if (typeof said === 'string') return [said];
  if (!Array.isArray(said)) throw unreadable(`json: cannot unmarshal ${jsonWord(said)} into Go value of type []string`);
  return said.map((one: unknown) => {
    if (typeof one === 'string') return one;
    if (one === null) return '';
    throw unreadable(`json: cannot unmarshal ${jsonWord(one)} into Go value of type string`);
  });
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

function checkTime(claims: Claims, now: number): void {
  const [expiry, notBefore] = [timeOf(claims, 'exp'), timeOf(claims, 'nbf')];
  if (expiry === undefined || expiry < now) {
    throw new Error(`oidc: token is expired (Token Expiry: ${goTime(expiry)})`);
  }
  if (notBefore !== undefined && now + leewayMs < notBefore) {
    throw new Error(`oidc: current time ${goTime(now)} before the nbf (not before) time: ${goTime(notBefore)}`);
  }
}

/** Seconds since the epoch as milliseconds; what comes after the point doesn't count. */
function timeOf(claims: Claims, name: string): number | undefined {
  const value = own(claims, name) ?? undefined;
  if (value === undefined) return undefined;
  const seconds = typeof value === 'string' && value.trim() ? Number(value) : value;
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return Math.trunc(seconds) * 1000;
  throw unreadable(`json: cannot unmarshal ${jsonWord(value)} into Go value of type json.Number`);
}

/** The zero time where there is none. */
function goTime(ms: number | undefined): string {
  if (ms === undefined) return '0001-01-01 00:00:00 +0000 UTC';
  const [day = '', time = ''] = new Date(ms).toISOString().split(/[TZ]/);
  return `${day} ${time.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))} +0000 UTC`;
}
