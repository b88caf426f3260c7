import {
  claimsValue,
  evaluateTokenExpression,
  FoundTexts,
  ListValue,
  type MapValue,
  type TokenExpression,
  userValue,
  type Value,
} from '@tiphys/sdk/cel';
import { own } from '@tiphys/sdk/machinery';
import type { UserInfo } from '../../context.ts';
import type { JwtAuthenticator } from '../config/authentication-configuration.ts';
import type { CompiledExpressions, Condition } from '../config/expressions.ts';
import { boolClaim, type Claims, hasClaim, textClaim, textsClaim } from './claims.ts';

/** The user that claims make, by the rules of an authenticator. Throws in upstream's words for claims that make none. */
export function userOfClaims(claims: Claims, jwt: JwtAuthenticator, expressions: CompiledExpressions): UserInfo {
  const value = claimsValue(claims);
  const { username, groups = {}, uid = {} } = jwt.claimMappings;
  const user: UserInfo = {
    name: usernameOf(claims, username, named(expressions.username, value)),
    groups: groupsOf(claims, groups, named(expressions.groups, value)),
    uid: uidOf(claims, uid, named(expressions.uid, value)),
    extra: extraOf(claims, expressions.extra, value),
  };
  for (const { claim = '', requiredValue = '' } of jwt.claimValidationRules ?? []) {
    if (claim) requireClaim(claims, claim, requiredValue);
  }
  check(expressions.claimConditions, value, 'claim validation expression');
  const { name, extra } = user;
  const made = userValue({ username: name, uid: user.uid ?? '', groups: user.groups, extra });
  check(expressions.userConditions, made, 'user info validation rule');
  return user;
}

type Mapping = JwtAuthenticator['claimMappings']['username'];

/** What an expression says, once somebody wants to know; undefined where there is none. */
const named = (expression: TokenExpression | undefined, claims: MapValue) =>
  expression && ((what: string): Value => evaluated(what, () => evaluateTokenExpression(expression, claims)));

function evaluated<T>(what: string, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (err) {
    throw new Error(`oidc: error evaluating ${what}: ${(err as Error).message}`, { cause: err });
  }
}

function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (err) {
    throw new Error(`oidc: parse ${what}: ${(err as Error).message}`, { cause: err });
  }
}

type Say = ((what: string) => Value) | undefined;

function usernameOf(claims: Claims, { claim = '', prefix = '' }: Mapping, say: Say): string {
  if (say) {
    const name = say('username claim expression');
    if (typeof name !== 'string') {
      throw new Error(
        'oidc: error evaluating username claim expression: username claim expression must return a string',
      );
    }
    if (!name) throw new Error('oidc: empty username via CEL expression is not allowed');
    return name;
  }
  const name = parsed(`username claims ${JSON.stringify(claim)}`, () => textClaim(claims, claim));
  if (claim === 'email' && hasClaim(claims, 'email_verified')) {
    const isVerified = parsed("'email_verified' claim", () => boolClaim(claims, 'email_verified'));
    if (!isVerified) throw new Error('oidc: email not verified');
  }
  return `${prefix}${name}`;
}

function groupsOf(claims: Claims, { claim = '', prefix = '' }: Mapping, say: Say): string[] {
  if (claim && hasClaim(claims, claim)) {
    const groups = parsed(`groups claim ${JSON.stringify(claim)}`, () => textsClaim(claims, claim));
    return groups.map((group) => `${prefix}${group}`);
  }
  if (!say) return [];
  const what = 'group claim expression';
  const groups = say(what);
  return evaluated(what, () => textsOf(groups));
}

function uidOf(claims: Claims, { claim = '' }: Mapping, say: Say): string {
  if (claim) return parsed(`uid claim ${JSON.stringify(claim)}`, () => textClaim(claims, claim));
  const uid = say?.('uid claim expression') ?? '';
  if (typeof uid === 'string') return uid;
  throw new Error('oidc: error evaluating uid claim expression: uid claim expression must return a string');
}

const credentialId = 'authentication.kubernetes.io/credential-id';

function extraOf(claims: Claims, mappings: CompiledExpressions['extra'], value: MapValue): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  const id = own(claims, 'jti');
  if (typeof id === 'string' && id) extra[credentialId] = [`JTI=${id}`];
  const values = mappings.map(({ key, expression }) => ({
    key,
    source: expression.source,
    result: evaluateTokenExpression(expression, value),
  }));
  for (const { key, source, result } of values) {
    const texts = evaluated(`extra claim expression: ${source}`, () => textsOf(result));
    if (texts.length) extra[key] = texts;
  }
  return extra;
}

/** A text or a list of texts; those that are empty count as not being there. */
function textsOf(value: Value): string[] {
  const all = value === null ? [] : typeof value === 'string' ? [value] : itemsOf(value);
  return all
    .map((text) => {
      if (typeof text !== 'string') throw new Error('expression must return a string or a list of strings');
      return text;
    })
    .filter(Boolean);
}

/** What was found in a text is no list to upstream, as it stands. */
const itemsOf = (value: Value): unknown[] =>
  value instanceof ListValue && !(value instanceof FoundTexts)
    ? Array.from({ length: value.size }, (_, i) => value.at(i))
    : [value];

function requireClaim(claims: Claims, claim: string, wanted: string): void {
  if (!hasClaim(claims, claim)) throw new Error(`oidc: required claim ${claim} not present in ID token`);
  const value = parsed(`claim ${claim}`, () => textClaim(claims, claim));
  if (value !== wanted) {
    throw new Error(`oidc: required claim ${claim} value does not match. Got = ${value}, want = ${wanted}`);
  }
}

/** All are evaluated before any is looked at. */
function check(conditions: readonly Condition[], subject: MapValue, what: string): void {
  evaluated(what, () => {
    const results = conditions.map(({ expression }) => evaluateTokenExpression(expression, subject));
    for (const [i, holds] of results.entries()) {
      const { expression, message } = conditions[i]!;
      if (holds !== true) throw new Error(`validation expression '${expression.source}' failed: ${message}`);
    }
  });
}
