import { isObject, quoted } from '@tiphys/sdk/machinery';
import { type HttpAnswer, type HttpGet, jsonOf } from './http-get.ts';

const wellKnown = '/.well-known/openid-configuration';

/** Where an issuer tells about itself, unless it is told elsewhere. */
export const discoveryUrlOf = (issuer: string): string => `${issuer.replace(/\/$/, '')}${wellKnown}`;

/** Where the issuer's keys are, by its own word (OpenID Connect Discovery 1.0 §4). */
export async function discoverKeys(
  issuer: string,
  { http, url = discoveryUrlOf(issuer) }: { readonly http: HttpGet; readonly url?: string | undefined },
  signal: AbortSignal,
): Promise<string> {
  const answer = await http.get(url, signal);
  if (answer.status !== 200) throw new Error(`${answer.statusText}: ${answer.text}`);
  const document = documentOf(answer);
  const said = textIn(document, 'issuer');
  if (said !== issuer) {
    throw new Error(
      `oidc: issuer did not match the issuer returned by provider, expected ${quoted(issuer)} got ${quoted(said)}`,
    );
  }
  const keys = textIn(document, 'jwks_uri');
  if (!keys) throw new Error('provider did not return JWKS URL');
  return keys;
}

function documentOf(answer: HttpAnswer): Record<string, unknown> {
  try {
    return jsonOf(answer, (document) => (isObject(document) ? document : {}));
  } catch (err) {
    throw new Error(`oidc: failed to decode provider discovery object: ${(err as Error).message}`, { cause: err });
  }
}

const textIn = (document: Record<string, unknown>, name: string): string => {
  const value = document[name];
  return typeof value === 'string' ? value : '';
};
