import { parseGoUrl, withoutTrailing } from '@tiphys/sdk/machinery';
import type { ServiceAccountTokens } from '../../pki/index.ts';
import { type Endpoint, notOnThis } from '../handlers/dispatch.ts';
import { requireOneOf } from '../handlers/negotiate.ts';
import { bytesResponse } from '../handlers/respond.ts';

export interface IssuerDiscovery {
  readonly issuer: string;
  readonly tokens: ServiceAccountTokens;
  /** Where the keys are, when it isn't this server. */
  readonly jwksUri?: string;
  /** Where clients reach this server. */
  readonly advertised: () => string;
}

/** What others need to verify service accounts' tokens by themselves (OpenID Connect Discovery 1.0). */
export function issuerDiscovery({ issuer, tokens, jwksUri, advertised }: IssuerDiscovery): Endpoint {
  if (!isDiscoverable(issuer)) return () => undefined;
  const documents: Readonly<Record<string, readonly [contentType: string, document: () => object]>> = {
    '/.well-known/openid-configuration': [
      'application/json',
      () => ({
        issuer,
        jwks_uri: jwksUri ?? `https://${advertised()}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: tokens.algorithms,
      }),
    ],
    '/openid/v1/jwks': ['application/jwk-set+json', () => tokens.jwks],
  };
  return (c) => {
    const path = withoutTrailing(c.info.path, '/');
    const found = Object.hasOwn(documents, path) ? documents[path] : undefined;
    if (!found) return undefined;
    if (c.request.method !== 'GET') throw notOnThis();
    const [contentType, document] = found;
    requireOneOf(c.request, [contentType]);
    const response = bytesResponse([Buffer.from(JSON.stringify(document()))], contentType, 200);
    return Promise.resolve({ ...response, headers: { ...response.headers, 'cache-control': 'public, max-age=3600' } });
  };
}

/** By its name others can't find an issuer that isn't at a plain address of TLS. */
function isDiscoverable(issuer: string): boolean {
  try {
    const { scheme, query, fragment } = parseGoUrl(issuer);
    return scheme === 'https' && !query && !fragment;
  } catch {
    // Any word may be an issuer.
    return false;
  }
}
