import { isObject } from '@tiphys/sdk/machinery';
import { jsonWord } from '../../handlers/json-text.ts';
import type { Claims } from './claims.ts';

/** What of a token is looked at before anybody maps its claims. */
export interface IdTokenFields {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiry: number | undefined;
  readonly notBefore: number | undefined;
  readonly claimNames: Readonly<Record<string, string>>;
  readonly claimSources: Readonly<Record<string, unknown>>;
}

/** Reads them as Go does, which is strict with all that it knows. Throws in its words. */
export function idTokenFields(claims: Claims): IdTokenFields {
  const fields: { -readonly [K in keyof IdTokenFields]: IdTokenFields[K] } = {
    issuer: '',
    audiences: [],
    expiry: undefined,
    notBefore: undefined,
    claimNames: {},
    claimSources: {},
  };
  // A text or a map of the wrong type is told when everything has been looked at, unless something else is wrong.
  let first: Error | undefined;
  const mismatch = (name: string, value: unknown, type: string) => {
    first ??= new Error(mismatchText(name, value, type));
  };
  for (const [name, value] of Object.entries(claims)) {
    switch (name) {
      case 'iss':
      case 'sub':
      case 'nonce':
      case 'at_hash':
        if (typeof value !== 'string' && value !== null) mismatch(name, value, 'string');
        else if (name === 'iss') fields.issuer = value ?? '';
        break;
      case 'aud':
        fields.audiences = audiencesOf(value);
        break;
      case 'exp':
        fields.expiry = timeOf(name, value);
        break;
      case 'iat':
        timeOf(name, value);
        break;
      case 'nbf':
        if (value !== null) fields.notBefore = timeOf(name, value);
        break;
      case '_claim_names':
        if (isObject(value)) {
          const wrong = Object.values(value).find((source) => typeof source !== 'string' && source !== null);
          if (wrong !== undefined) mismatch(name, wrong, 'string');
          else fields.claimNames = value as Record<string, string>;
        } else if (value !== null) mismatch(name, value, 'map[string]string');
        break;
      case '_claim_sources':
        if (isObject(value)) fields.claimSources = value;
        else if (value !== null) mismatch(name, value, 'map[string]oidc.claimSource');
        break;
    }
  }
  if (first) throw first;
  return fields;
}

const mismatchText = (name: string, value: unknown, type: string): string =>
  `json: cannot unmarshal ${jsonWord(value)} into Go struct field idToken.${name} of type ${type}`;

/** One text, or a list of them. */
function audiencesOf(value: unknown): string[] {
  if (value === null) return [''];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) throw new Error(mismatchText('aud', value, '[]string'));
  const wrong = value.find((one: unknown) => typeof one !== 'string' && one !== null) as unknown;
  if (wrong !== undefined) throw new Error(mismatchText('aud', wrong, 'string'));
  return value.map((one: unknown) => (one as string | null) ?? '');
}

const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/** Seconds since the epoch, perhaps as a text, as milliseconds; what comes after the point doesn't count. */
function timeOf(name: string, value: unknown): number {
  if (value === null) throw new Error('strconv.ParseFloat: parsing "": invalid syntax');
  if (typeof value === 'string' && !isNumber.test(value)) {
    const literal = JSON.stringify(JSON.stringify(value));
    throw new Error(`json: invalid number literal, trying to unmarshal ${literal} into Number`);
  }
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(mismatchText(name, value, 'json.Number'));
  return Math.trunc(Number(value)) * 1000;
}
