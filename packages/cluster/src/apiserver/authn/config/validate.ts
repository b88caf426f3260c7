import {
  duplicate,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  parseGoUrl,
  type Path,
  required,
  tooMany,
  typedString,
  withoutTrailing,
} from '@tiphys/sdk/machinery';
import { certificateProblem } from './certificate-problem.ts';
import { type CompiledExpressions, compileExpressions } from './expressions.ts';
import type { AuthenticationConfiguration, Issuer, JwtAuthenticator } from './authentication-configuration.ts';

const mostAuthenticators = 64;

/** What is wrong with a configuration as a whole. Issuers of the server's own tokens can't be anybody else's. */
export function configurationErrors(
  { jwt, anonymous }: AuthenticationConfiguration,
  disallowedIssuers: readonly string[],
): FieldError[] {
  const root = field('jwt');
  if (jwt.length > mostAuthenticators) return [tooMany(root, jwt.length, mostAuthenticators)];
  const errors: FieldError[] = [];
  const [issuers, discoveries] = [new Set<string>(), new Set<string>()];
  for (const [i, one] of jwt.entries()) {
    const at = root.index(i);
    const { url, discoveryURL } = one.issuer;
    errors.push(...compileAuthenticator(one, disallowedIssuers, at).errors);
    if (issuers.has(url)) errors.push(duplicate(at.child('issuer', 'url'), url));
    issuers.add(url);
    if (!discoveryURL) continue;
    if (discoveries.has(discoveryURL)) errors.push(duplicate(at.child('issuer', 'discoveryURL'), discoveryURL));
    discoveries.add(discoveryURL);
  }
  const { conditions = [] } = anonymous ?? {};
  if (anonymous && !anonymous.enabled && conditions.length) {
    const shown = conditions.map(({ path }) => ({ Path: path }));
    errors.push(invalid('anonymous.conditions', shown, 'enabled should be set to true when conditions are defined'));
  }
  return errors;
}

/** What may not change while the server runs. */
export function changeErrors(next: AuthenticationConfiguration, first: AuthenticationConfiguration): FieldError[] {
  const same = JSON.stringify(next.anonymous) === JSON.stringify(first.anonymous);
  return same ? [] : [forbiddenAt('anonymous', 'changed from initial configuration file')];
}

/** The expressions of one authenticator, and what is wrong with it: at the place, or from its own members on. */
export function compileAuthenticator(
  jwt: JwtAuthenticator,
  disallowedIssuers: readonly string[],
  at?: Path,
): { readonly errors: readonly FieldError[]; readonly expressions: CompiledExpressions } {
  const child = (name: string): Path => at?.child(name) ?? field(name);
  const issuer = issuerErrors(jwt.issuer, disallowedIssuers, child('issuer'));
  const { errors, expressions } = compileExpressions(jwt, child);
  return { errors: [...issuer, ...errors], expressions };
}

function issuerErrors(issuer: Issuer, disallowedIssuers: readonly string[], at: Path): FieldError[] {
  const { url, discoveryURL = '', certificateAuthority = '', egressSelectorType = '' } = issuer;
  const errors: FieldError[] = [];
  if (url) errors.push(...urlErrors(url, disallowedIssuers, at.child('url')));
  else errors.push(required(at.child('url')));
  if (discoveryURL) errors.push(...discoveryErrors(url, discoveryURL, at.child('discoveryURL')));
  errors.push(...audienceErrors(issuer, at));
  const problem = certificateAuthority ? certificateProblem(certificateAuthority) : undefined;
  if (problem) errors.push(invalid(at.child('certificateAuthority'), '<omitted>', problem));
  if (egressSelectorType && egressSelectorType !== 'controlplane' && egressSelectorType !== 'cluster') {
    const why = 'egress selector must be either controlplane or cluster';
    errors.push(invalid(at.child('egressSelectorType'), typedString(egressSelectorType), why));
  }
  return errors;
}

function discoveryErrors(url: string, discoveryUrl: string, at: Path): FieldError[] {
  const isSame = url !== '' && withoutTrailing(url, '/') === withoutTrailing(discoveryUrl, '/');
  const same = isSame ? [invalid(at, discoveryUrl, 'discoveryURL must be different from URL')] : [];
  return [...same, ...urlErrors(discoveryUrl, [], at)];
}

function urlErrors(url: string, disallowed: readonly string[], at: Path): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (why: string) => void errors.push(invalid(at, url, why));
  if (disallowed.includes(url)) {
    wrong(`URL must not overlap with disallowed issuers: [${[...new Set(disallowed)].sort().join(' ')}]`);
  }
  try {
    const { scheme, user, query, fragment } = parseGoUrl(url);
    if (scheme !== 'https') wrong('URL scheme must be https');
    if (user !== undefined) wrong('URL must not contain a username or password');
    if (query) wrong('URL must not contain a query');
    if (fragment) wrong('URL must not contain a fragment');
  } catch (err) {
    wrong((err as Error).message);
  }
  return errors;
}

function audienceErrors({ audiences, audienceMatchPolicy = '' }: Issuer, issuer: Path): FieldError[] {
  const at = issuer.child('audiences');
  if (!audiences.length) return [required(at, `at least one ${String(at)} is required`)];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, audience] of audiences.entries()) {
    if (!audience) errors.push(required(at.index(i)));
    if (seen.has(audience)) errors.push(duplicate(at.index(i), audience));
    seen.add(audience);
  }
  const isAny = audienceMatchPolicy === 'MatchAny';
  const policy = (why: string) => invalid(issuer.child('audienceMatchPolicy'), typedString(audienceMatchPolicy), why);
  if (audiences.length > 1 && !isAny) {
    errors.push(policy('audienceMatchPolicy must be MatchAny for multiple audiences'));
  }
  if (audiences.length === 1 && audienceMatchPolicy && !isAny) {
    errors.push(policy('audienceMatchPolicy must be empty or MatchAny for single audience'));
  }
  return errors;
}
