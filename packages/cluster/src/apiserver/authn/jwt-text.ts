import { isObject } from '@tiphys/sdk/machinery';

/** What a JWT says, believed or not; undefined for what is none. */
export interface JwtText {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

export function readJwt(token: string): JwtText | undefined {
  const [head = '', body = '', , more] = token.split('.');
  if (more !== undefined) return undefined;
  try {
    const [header, claims] = [head, body].map(
      (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown,
    );
    return isObject(header) && isObject(claims) ? { header, claims } : undefined;
  } catch {
    // Not a JWT, so nobody's.
    return undefined;
  }
}
