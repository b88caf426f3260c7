import { isObject } from '@tiphys/sdk/machinery';
import { jsonWord } from '../../handlers/json-text.ts';
import { base64Bytes } from './jws.ts';

/** Whom a token says it is from, believed or not. Throws for what is no token in compact form. */
export function untrustedIssuer(token: string): string {
  if (token.trim().startsWith('{')) throw new Error('token is not compact JWT');
  const [, body, signature, more] = token.split('.');
  if (body === undefined || signature === undefined || more !== undefined) throw new Error('malformed token');
  const payload = decoded(() => base64Bytes(body), 'error decoding token');
  const claims = decoded(() => JSON.parse(payload.toString()) as unknown, 'while unmarshaling token');
  const { iss = '' } = isObject(claims) ? claims : {};
  if (iss !== null && typeof iss !== 'string') {
    throw new Error(
      `while unmarshaling token: json: cannot unmarshal ${jsonWord(iss)} into Go struct field .iss of type string`,
    );
  }
  // Google says it either way.
  return iss === 'accounts.google.com' ? 'https://accounts.google.com' : (iss ?? '');
}

/** Whether a token says that it is from this issuer. */
export function isFrom(issuer: string, token: string): boolean {
  try {
    return untrustedIssuer(token) === issuer;
  } catch {
    // No token in this form, so not one of theirs.
    return false;
  }
}

function decoded<T>(decode: () => T, what: string): T {
  try {
    return decode();
  } catch (err) {
    throw new Error(`${what}: ${(err as Error).message}`, { cause: err });
  }
}
