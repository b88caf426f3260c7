import type { ServiceAccountTokens, TokenClaims } from '../../pki/index.ts';
import { BadCredentials, quotedList } from './known.ts';
import { readJwt } from './jwt-text.ts';

/** The claims of a token that this server has signed; undefined for those of others. Throws for one that only seems to be ours. */
export function ownClaims(
  token: string,
  tokens: ServiceAccountTokens,
  isIssuer: (issuer: string) => boolean,
): TokenClaims | undefined {
  const claims = tokens.verify(token);
  if (claims) return isIssuer(claims.iss) ? claims : undefined;
  const said = readJwt(token);
  if (!said || !isIssuer(String(said.claims['iss']))) return undefined;
  const { kid } = said.header;
  const isKnown = typeof kid !== 'string' || kid === '' || tokens.hasKey(kid);
  throw new BadCredentials(
    isKnown ? 'go-jose/go-jose: error in cryptographic primitive' : 'invalid signature, no keys found',
  );
}

/** Those of a token's audiences that are wanted; one that names none is for this server. Throws when there are none. */
export function sharedAudiences({ aud }: TokenClaims, wanted: readonly string[], own: readonly string[]): string[] {
  const said = [aud ?? []].flat() as readonly string[];
  const all = said.length ? said : own;
  const shared = wanted.filter((a) => all.includes(a));
  if (shared.length) return shared;
  throw new BadCredentials(
    `token audiences ${quotedList(all)} is invalid for the target audiences ${quotedList(wanted)}`,
  );
}
