import { compileTokenExpression, selects, type TokenExpression, type TokenSubject } from '@tiphys/sdk/cel';
import {
  domainPrefixedPath,
  duplicate,
  type FieldError,
  internalAt,
  invalid,
  type Path,
  required,
} from '@tiphys/sdk/machinery';
import type {
  ClaimMapping,
  ClaimValidationRule,
  JwtAuthenticator,
  UserValidationRule,
} from './authentication-configuration.ts';

/** An expression that has to hold, and what is said when it doesn't. */
export interface Condition {
  readonly expression: TokenExpression;
  readonly message: string;
}

/** The expressions of one authenticator, compiled. */
export interface CompiledExpressions {
  readonly username?: TokenExpression;
  readonly groups?: TokenExpression;
  readonly uid?: TokenExpression;
  readonly extra: readonly { readonly key: string; readonly expression: TokenExpression }[];
  readonly claimConditions: readonly Condition[];
  readonly userConditions: readonly Condition[];
}

/** Compiles the expressions of an authenticator, and finds what is wrong with the rules and mappings that they stand in. */
export function compileExpressions(
  { claimValidationRules = [], claimMappings, userValidationRules = [] }: JwtAuthenticator,
  child: (name: string) => Path,
): { readonly errors: readonly FieldError[]; readonly expressions: CompiledExpressions } {
  const compiler = new Compiler();
  const claimConditions = claimConditionsOf(claimValidationRules, compiler, child('claimValidationRules'));
  const mapped = mappingsOf(claimMappings, compiler, child('claimMappings'));
  const all = [...claimConditions.map((c) => c.expression), ...mapped.extra.map((e) => e.expression)];
  const verifies = [...all, mapped.username].some((e) => e && selects(e.expr, 'claims', 'email_verified'));
  if (mapped.username && selects(mapped.username.expr, 'claims', 'email') && !verifies) {
    const at = child('claimMappings').child('username', 'expression');
    compiler.errors.push(invalid(at, mapped.username.source, unverified));
  }
  const userConditions = userConditionsOf(userValidationRules, compiler, child('userValidationRules'));
  return { errors: compiler.errors, expressions: { ...mapped, claimConditions, userConditions } };
}

const unverified =
  'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';

class Compiler {
  readonly errors: FieldError[] = [];

  compile(source: string, at: Path, about: TokenSubject, isCondition = false): TokenExpression | undefined {
    const compiled = compileTokenExpression(source, { about, isCondition });
    if ('program' in compiled) return compiled;
    const { problem, isInternal } = compiled;
    this.errors.push(isInternal ? internalAt(at, problem) : invalid(at, source, problem));
    return undefined;
  }

  /** A condition of several, each of which may stand there once. */
  condition(
    { expression: source, message = '' }: { readonly expression: string; readonly message?: string },
    { at, about, seen }: { readonly at: Path; readonly about: TokenSubject; readonly seen: Set<string> },
  ): Condition[] {
    if (seen.has(source)) {
      this.errors.push(duplicate(at, source));
      return [];
    }
    seen.add(source);
    const expression = this.compile(source, at, about, true);
    return expression ? [{ expression, message }] : [];
  }
}

function claimConditionsOf(rules: readonly ClaimValidationRule[], compiler: Compiler, root: Path): Condition[] {
  const { errors } = compiler;
  const [claims, seen] = [new Set<string>(), new Set<string>()];
  return rules.flatMap(({ claim = '', expression = '', message = '', requiredValue = '' }, i) => {
    const at = root.index(i);
    if (claim && expression) errors.push(invalid(at, claim, "claim and expression can't both be set"));
    else if (claim) {
      if (message) errors.push(invalid(at.child('message'), message, 'may not be specified when claim is set'));
      if (claims.has(claim)) errors.push(duplicate(at.child('claim'), claim));
      claims.add(claim);
    } else if (expression) {
      if (requiredValue) {
        errors.push(invalid(at.child('requiredValue'), requiredValue, 'may not be specified when expression is set'));
      }
      return compiler.condition({ expression, message }, { at: at.child('expression'), about: 'claims', seen });
    } else errors.push(required(at, 'claim or expression is required'));
    return [];
  });
}

function userConditionsOf(rules: readonly UserValidationRule[], compiler: Compiler, root: Path): Condition[] {
  const seen = new Set<string>();
  return rules.flatMap((rule, i) => {
    const at = root.index(i).child('expression');
    if (rule.expression) return compiler.condition(rule, { at, about: 'user', seen });
    compiler.errors.push(required(at));
    return [];
  });
}

type Mappings = Pick<CompiledExpressions, 'username' | 'groups' | 'uid' | 'extra'>;

function mappingsOf(
  { username, groups = {}, uid = {}, extra = [] }: JwtAuthenticator['claimMappings'],
  compiler: Compiler,
  at: Path,
): Mappings {
  const { errors } = compiler;
  if (!username.claim && !username.expression) {
    errors.push(required(at.child('username'), 'claim or expression is required'));
  }
  const name = prefixedOf(username, compiler, at.child('username'));
  const group = prefixedOf(groups, compiler, at.child('groups'));
  let id: TokenExpression | undefined;
  if (uid.claim && uid.expression) errors.push(invalid(at.child('uid'), '', "claim and expression can't both be set"));
  else if (uid.expression) id = compiler.compile(uid.expression, at.child('uid', 'expression'), 'claims');
  return {
    ...(name && { username: name }),
    ...(group && { groups: group }),
    ...(id && { uid: id }),
    extra: extraOf(extra, compiler, at.child('extra')),
  };
}

function prefixedOf(
  { claim = '', expression = '', prefix }: ClaimMapping,
  compiler: Compiler,
  at: Path,
): TokenExpression | undefined {
  const { errors } = compiler;
  if (claim && expression) errors.push(invalid(at, '', "claim and expression can't both be set"));
  else if (expression) {
    const isPlain = prefix === undefined;
    if (!isPlain) errors.push(invalid(at.child('prefix'), prefix, 'may not be specified when expression is set'));
    const compiled = compiler.compile(expression, at.child('expression'), 'claims');
    return isPlain ? compiled : undefined;
  } else if (claim && prefix === undefined) {
    const why = 'prefix is required when claim is set. It can be set to an empty string to disable prefixing';
    errors.push(required(at.child('prefix'), why));
  }
  return undefined;
}

const isKubernetesOwn = (key: string): boolean => /^([^/]*\.)?(kubernetes|k8s)\.io\//.test(key);

function extraOf(
  mappings: NonNullable<JwtAuthenticator['claimMappings']['extra']>,
  compiler: Compiler,
  root: Path,
): Mappings['extra'] {
  const { errors } = compiler;
  const seen = new Set<string>();
  return mappings.flatMap(({ key, valueExpression }, i) => {
    const at = root.index(i).child('key');
    errors.push(...domainPrefixedPath(key, at));
    if (key !== key.toLowerCase()) errors.push(invalid(at, key, 'must be lowercase'));
    if (isKubernetesOwn(key)) {
      errors.push(invalid(at, key, 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use'));
    }
    if (seen.has(key)) {
      errors.push(duplicate(at, key));
      return [];
    }
    seen.add(key);
    const valueAt = root.index(i).child('valueExpression');
    if (!valueExpression) {
      errors.push(required(valueAt));
      return [];
    }
    const expression = compiler.compile(valueExpression, valueAt, 'claims');
    return expression ? [{ key, expression }] : [];
  });
}
