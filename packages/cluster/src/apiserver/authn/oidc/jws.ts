import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { isObject, syntaxProblem } from '@tiphys/sdk/machinery';
import { jsonWord } from '../../handlers/json-text.ts';

/** A signed token in compact form (RFC 7515 §3.1), not verified yet. */
export interface Jws {
  readonly alg: string;
  readonly kid: string;
  readonly signed: Buffer;
  readonly payload: Buffer;
  readonly signature: Buffer;
  /** The header says something that has to be understood, and isn't. */
  readonly hasCritical: boolean;
}

/** Takes a token apart; throws in upstream's words for what is none. */
export function parseJws(token: string): Jws {
  const parts = token.trim().split('.');
  if (parts.length !== 3) throw new Error('go-jose/go-jose: compact JWS format must have three parts');
  const [head = '', body = '', end = ''] = parts;
  const [protectedHeader, payload, signature] = [head, body, end].map(base64Bytes) as [Buffer, Buffer, Buffer];
  const header = parsed(protectedHeader);
  if (!isObject(header))
    throw new Error(`json: cannot unmarshal ${jsonWord(header)} into Go value of type jose.rawHeader`);
  const text = (name: string, what: string): string => {
    const value = header[name] ?? '';
    if (typeof value === 'string') return value;
    const why = `json: cannot unmarshal ${jsonWord(value)} into Go value of type string`;
    throw new Error(`failed to unmarshal ${what}: ${why}: ${JSON.stringify(JSON.stringify(value))}`);
  };
  return {
    alg: text('alg', 'algorithm'),
    kid: text('kid', 'key ID'),
    signed: Buffer.from(`${head}.${body}`),
    payload,
    signature,
    hasCritical: header['crit'] !== undefined,
  };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (err) {
    throw new Error(syntaxProblem(bytes) ?? (bytes.length ? (err as Error).message : 'unexpected end of JSON input'), {
      cause: err,
    });
  }
}

/** Base64 for URLs, without padding; throws in Go's words. */
export function base64Bytes(text: string): Buffer {
  const wrong = text.search(/[^A-Za-z0-9_-]/);
  if (wrong >= 0) throw new Error(`illegal base64 data at input byte ${wrong}`);
  if (text.length % 4 === 1) throw new Error(`illegal base64 data at input byte ${text.length - 1}`);
  return Buffer.from(text, 'base64url');
}

/** A public key of a provider. Symmetric ones are read and verify nothing. */
export interface ProviderKey {
  readonly kid: string;
  readonly key: KeyObject | undefined;
}

/** The keys of a JSON Web Key Set (RFC 7517 §5); throws for one that isn't understood. */
export function parseKeySet(value: unknown): ProviderKey[] {
  if (!isObject(value)) {
    throw new Error(`json: cannot unmarshal ${jsonWord(value)} into Go value of type jose.JSONWebKeySet`);
  }
  const { keys = [] } = value;
  if (!Array.isArray(keys)) {
    throw new Error(
      `json: cannot unmarshal ${jsonWord(keys)} into Go struct field JSONWebKeySet.keys of type []jose.JSONWebKey`,
    );
  }
  return keys.map(providerKey);
}

function providerKey(jwk: unknown): ProviderKey {
  const { kty, kid } = isObject(jwk) ? jwk : {};
  const id = typeof kid === 'string' ? kid : '';
  if (kty === 'oct') return { kid: id, key: undefined };
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') {
    throw new Error(`go-jose/go-jose: unknown json web key type '${typeof kty === 'string' ? kty : ''}'`);
  }
  try {
    return { kid: id, key: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) };
  } catch (err) {
    throw new Error(`go-jose/go-jose: invalid ${kty} key`, { cause: err });
  }
}

/** What tokens of providers may be signed with (RFC 7518 §3.1). */
export const signingAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;

const curves: Readonly<Record<string, string>> = { 256: 'prime256v1', 384: 'secp384r1', 512: 'secp521r1' };

/** Whether the key's owner has signed it. */
export function isSignedBy(key: KeyObject, { alg, signed, signature, hasCritical }: Jws): boolean {
  const [, scheme, bits] = /^(RS|PS|ES)(256|384|512)$/.exec(alg) ?? [];
  if (!scheme || hasCritical || key.asymmetricKeyType !== (scheme === 'ES' ? 'ec' : 'rsa')) return false;
  if (scheme === 'ES' && key.asymmetricKeyDetails?.namedCurve !== curves[bits!]) return false;
  const how =
    scheme === 'ES'
      ? { key, dsaEncoding: 'ieee-p1363' as const }
      : scheme === 'PS'
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
        : { key };
  return verify(`sha${bits}`, signed, how, signature);
}
