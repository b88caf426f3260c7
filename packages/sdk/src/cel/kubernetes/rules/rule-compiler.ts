import type { CheckedAst } from '../../ast.ts';
import { compile } from '../../compile.ts';
import type { Env } from '../../env.ts';
import type { Program } from '../../program.ts';
import { types } from '../../types.ts';
import { baseEnv } from '../base-env.ts';
import { kubernetesCosts } from '../costs.ts';
import { type DeclaredType, maxElementsAt } from '../declared-type.ts';
import { resolvePath } from '../field-path.ts';
import { objectTypesOf } from '../object-types.ts';
import { planned } from '../planned.ts';
import { estimateCost, type SizeAt } from '../static-cost.ts';
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts';

/** A program and the most that running it may cost. */
export interface CostlyProgram {
  readonly program: Program;
  readonly maxCost: number;
}

export type Compilation = CostlyProgram | { readonly problem: string };

/** A rule of a schema, ready to be asked; a blank rule has nothing to say. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly compiled: Compilation | undefined;
  readonly message: Compilation | undefined;
  readonly usesOldSelf: boolean;
  /** Where below the schema's own place its refusals point to; nothing for the place itself. */
  readonly path: string;
}

/** The rules that a schema has at its own level, over values of its type. */
export function compileRules(schema: StructuralSchema, type: DeclaredType): CompiledRule[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const envs = new RuleEnvs(type);
  return rules.map((rule) => compileRule(rule, schema, envs));
}

class RuleEnvs {
  readonly sizeAt: SizeAt;
  readonly #type: DeclaredType;
  readonly #envs = new Map<boolean, Env>();

  constructor(type: DeclaredType) {
    this.#type = type;
    // Whatever the way begins with is taken for the value itself, as upstream does.
    this.sizeAt = (path) => {
      const most = maxElementsAt(type, path.slice(1));
      return most === undefined ? undefined : { min: 0, max: most };
    };
  }

  of({ optionalOldSelf = false }: ValidationRule): Env {
    const made = this.#envs.get(optionalOldSelf);
    if (made) return made;
    const { type } = this.#type;
    const env = baseEnv().extend({
      variables: [
        { name: 'self', type },
        { name: 'oldSelf', type: optionalOldSelf ? types.optional(type) : type },
      ],
      types: objectTypesOf(this.#type),
    });
    this.#envs.set(optionalOldSelf, env);
    return env;
  }
}

function compileRule(rule: ValidationRule, schema: StructuralSchema, envs: RuleEnvs): CompiledRule {
  const { messageExpression, fieldPath } = rule;
  const path = fieldPath ? resolvePath(fieldPath, schema) : undefined;
  const compiledPath = path && 'text' in path ? path.text : '';
  if (!rule.rule.trim()) {
    return { rule, compiled: undefined, message: undefined, usesOldSelf: false, path: compiledPath };
  }
  const env = envs.of(rule);
  const { compilation, ast } = compileOne(rule.rule, env, {
    sizeAt: envs.sizeAt,
    result: 'bool',
    wrong: 'cel expression must evaluate to a bool',
    prefix: '',
  });
  const usesOldSelf = ast !== undefined && [...ast.references.values()].some(({ name }) => name === 'oldSelf');
  const message =
    messageExpression && 'program' in compilation
      ? compileOne(messageExpression, env, {
          sizeAt: envs.sizeAt,
          result: 'string',
          wrong: 'messageExpression must evaluate to a string',
          prefix: 'messageExpression ',
        }).compilation
      : undefined;
  return { rule, compiled: compilation, message, usesOldSelf, path: compiledPath };
}

interface Wanted {
  readonly sizeAt: SizeAt;
  readonly result: 'bool' | 'string';
  readonly wrong: string;
  readonly prefix: string;
}

function compileOne(
  source: string,
  env: Env,
  { sizeAt, result, wrong, prefix }: Wanted,
): { compilation: Compilation; ast?: CheckedAst } {
  const checked = compile(env, source);
  if (!checked.ast) return { compilation: { problem: `${prefix}compilation failed: ${checked.text}` } };
  const { ast } = checked;
  if (ast.type.kind !== result) return { compilation: { problem: wrong } };
  const plan = planned(env, ast);
  if ('problem' in plan) {
    const named = prefix || 'program ';
    return { compilation: { problem: `${named}instantiation failed: ${plan.problem}` }, ast };
  }
  const maxCost = estimateCost(ast, { sizeAt, estimate: kubernetesCosts }).max;
  return { compilation: { program: plan.program, maxCost }, ast };
}
