import type { CheckedAst } from '../../ast.ts';
import { compile } from '../../compile.ts';
import type { Env } from '../../env.ts';
import type { Program } from '../../program.ts';
import { type Type, types } from '../../types.ts';
import { declared, type DeclaredType } from '../declared-type.ts';
import { planned } from '../planned.ts';
import { isSameType, typeText } from '../type-text.ts';
import { jsonPatchType, objectType } from './patch-types.ts';
import { policyEnv } from './policy-env.ts';
import { variableType } from './variable-type.ts';

/** What an expression of a policy is for, by what it may evaluate to. */
const purposes = {
  /** Validations and match conditions. */
  condition: [types.bool],
  message: [types.string],
  auditAnnotation: [types.string, types.null],
  variable: undefined,
  applyConfiguration: [objectType],
  jsonPatch: [types.list(jsonPatchType)],
} as const satisfies Record<string, readonly Type[] | undefined>;

export type Purpose = keyof typeof purposes;

export type CompiledExpression =
  | { readonly program: Program; readonly type: Type }
  /** `isInternal`: it says something that makes sense, and still can't be evaluated. */
  | { readonly problem: string; readonly isInternal?: boolean };

interface PolicyCompilerOptions {
  /** Whether the policy has a kind of parameters. */
  readonly hasParams?: boolean;
  /** Whether expressions may speak of `variables`, even where there are none. */
  readonly composes?: boolean;
}

/** Compiles the expressions of one policy or webhook, of which later ones may speak of the variables before them. */
export class PolicyCompiler {
  readonly #hasParams: boolean;
  readonly #composes: boolean;
  readonly #variables = new Map<string, DeclaredType>();
  #envs = new Map<string, Env>();

  constructor({ hasParams = false, composes = false }: PolicyCompilerOptions = {}) {
    this.#hasParams = hasParams;
    this.#composes = composes;
  }

  compile(source: string, purpose: Purpose): CompiledExpression {
    const env = this.#envFor(purpose);
    const checked = compile(env, source);
    if (!checked.ast) return { problem: `compilation failed: ${checked.text}` };
    const wanted: readonly Type[] | undefined = purposes[purpose];
    if (wanted && !wanted.some((type) => isSameType(type, checked.ast.type))) {
      return { problem: `must evaluate to ${wantedText(wanted)} but got ${typeText(checked.ast.type)}` };
    }
    return programOf(checked.ast, env);
  }

  /** From here on expressions know the variable; one that doesn't compile may be anything. */
  compileVariable(name: string, source: string): CompiledExpression {
    const compiled = this.compile(source, 'variable');
    this.#variables.set(name, 'type' in compiled ? variableType(compiled.type) : declared.dyn);
    this.#envs = new Map();
    return compiled;
  }

  #envFor(purpose: Purpose): Env {
    const patches = purpose === 'applyConfiguration' || purpose === 'jsonPatch';
    const asks = purpose === 'message' ? 'nothing' : 'anything';
    const key = `${patches} ${asks}`;
    let env = this.#envs.get(key);
    if (!env) {
      const params = this.#hasParams ? declared.dyn : undefined;
      const variables = this.#composes ? this.#variables : undefined;
      this.#envs.set(key, (env = policyEnv({ params, variables, asks, patches })));
    }
    return env;
  }
}

const wantedText = (wanted: readonly Type[]): string =>
  wanted.length === 1 ? typeText(wanted[0]!) : `one of [${wanted.map(typeText).join(' ')}]`;

function programOf(ast: CheckedAst, env: Env): CompiledExpression {
  const plan = planned(env, ast);
  return 'problem' in plan
    ? { problem: `program instantiation failed: ${plan.problem}`, isInternal: true }
    : { program: plan.program, type: ast.type };
}
