import type { Expr } from '../ast.ts';
import { compile } from '../compile.ts';
import type { Env } from '../env.ts';
import { JsonList, JsonMap, type JsonReader } from '../json-values.ts';
import { operators } from '../operators.ts';
import type { Program } from '../program.ts';
import { type Type, types } from '../types.ts';
import { Double, isError, MapValue, type Result, type Value } from '../values.ts';
import { baseEnv } from './base-env.ts';
import { declared, type DeclaredType } from './declared-type.ts';
import { unescapeIdentifier } from './escaping.ts';
import { objectTypesOf } from './object-types.ts';
import { planned } from './planned.ts';
import { perCallBudget } from './rules/rule-set.ts';

/** What expressions of an authenticator speak of: the claims of a token, or the user that they make. */
export type TokenSubject = 'claims' | 'user';

/** A checked expression of an authenticator. */
export interface TokenExpression {
  readonly source: string;
  readonly about: TokenSubject;
  readonly expr: Expr;
  readonly program: Program;
}

const anything: DeclaredType = { type: types.any, minSize: 1, maxElements: 0 };
const texts = declared.list(declared.string, 0);
const subjects: Readonly<Record<TokenSubject, DeclaredType>> = {
  claims: declared.map(anything, 0),
  user: declared.object(
    'kubernetes.UserInfo',
    new Map<string, DeclaredType>([
      ['username', declared.string],
      ['uid', declared.string],
      ['groups', texts],
      ['extra', declared.map(texts, 0)],
    ]),
  ),
};

const envs = new Map<TokenSubject, Env>();

function envOf(about: TokenSubject): Env {
  const subject = subjects[about];
  const made =
    envs.get(about) ??
    baseEnv().extend({ variables: [{ name: about, type: subject.type }], types: objectTypesOf(subject) });
  envs.set(about, made);
  return made;
}

/** Compiles an expression, which a condition has to be bool; `isInternal` where it makes sense and still can't be evaluated. */
export function compileTokenExpression(
  source: string,
  { about, isCondition }: { readonly about: TokenSubject; readonly isCondition: boolean },
): TokenExpression | { readonly problem: string; readonly isInternal?: boolean } {
  const env = envOf(about);
  const { ast, ...report } = compile(env, source);
  if (!ast) return { problem: `compilation failed: ${'text' in report ? report.text : ''}` };
  if (isCondition && ast.type.kind !== 'bool') return { problem: 'must evaluate to bool' };
  const plan = planned(env, ast);
  if ('problem' in plan) return { problem: `program instantiation failed: ${plan.problem}`, isInternal: true };
  return { source, about, expr: ast.expr, program: plan.program };
}

/** What an expression makes of its subject; throws an `Error` in upstream's words when it can't be evaluated. */
export function evaluateTokenExpression({ source, about, program }: TokenExpression, subject: MapValue): Value {
  const activation = { get: (name: string) => (name === about ? subject : undefined) };
  const { result } = program.eval(activation, { budget: perCallBudget });
  if (isError(result)) throw new Error(`expression '${source}' resulted in error: ${result.message}`);
  return result;
}

/** JSON that nobody has declared: every number is a double, and members may be named as identifiers. */
const readClaim: JsonReader = {
  type: types.dyn,
  read(json) {
    if (json === undefined) return null;
    if (typeof json === 'number') return new Double(json);
    if (Array.isArray(json)) return new JsonList(json, readClaim);
    if (typeof json === 'object' && json !== null) return new NamedMap(json as Record<string, unknown>, readClaim);
    return json as Value;
  },
};

class NamedMap extends JsonMap {
  override find(key: Value): Result | undefined {
    return super.find(typeof key === 'string' ? (unescapeIdentifier(key) ?? key) : key);
  }
}

/** Whose members are named as identifiers, and that says what it is. */
class Subject extends NamedMap {
  override readonly type: Type;

  constructor(json: Readonly<Record<string, unknown>>, name: string) {
    super(json, readClaim);
    this.type = types.object(name);
  }

  override find(key: Value): Result | undefined {
    const name = typeof key === 'string' ? unescapeIdentifier(key) : undefined;
    return name === undefined ? undefined : super.find(name);
  }
}

export const claimsValue = (claims: Readonly<Record<string, unknown>>): MapValue =>
  new Subject(claims, 'kubernetes.claims');

export interface TokenUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export const userValue = (user: TokenUser): MapValue => new Subject({ ...user }, 'kubernetes.UserInfo');

/** Whether an expression looks at a member of what it speaks of, be it only to see whether it is there. */
export function selects(expr: Expr, operand: string, member: string): boolean {
  const within = (e: Expr): boolean => selects(e, operand, member);
  const isOperand = (e: Expr | undefined): boolean => e?.kind === 'ident' && e.name === operand;
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return false;
    case 'select':
      return (isOperand(expr.operand) && expr.field === member) || within(expr.operand);
    case 'call': {
      const [of, name] = expr.args;
      const isOptional = expr.function === operators.optionalSelect && !expr.target && expr.args.length === 2;
      if (isOptional && isOperand(of) && name?.kind === 'literal' && name.value === member) return true;
      return expr.args.some(within) || (expr.target !== undefined && within(expr.target));
    }
    case 'list':
      return expr.elements.some(within);
    case 'map':
      return expr.entries.some(({ key, value }) => within(key) || within(value));
    case 'struct':
      return expr.entries.some(({ value }) => within(value));
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result].some(within);
  }
}
