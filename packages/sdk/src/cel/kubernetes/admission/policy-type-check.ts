import { compile } from '../../compile.ts';
import type { Env } from '../../env.ts';
import { declared, type DeclaredType, declaredType } from '../declared-type.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import { policyEnv } from './policy-env.ts';
import { variableType } from './variable-type.ts';

export interface CheckedPolicy {
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  /** Of the objects that it is about. */
  readonly object: StructuralSchema;
  /** Of its parameters: nothing where it takes none, null where nobody knows their schema. */
  readonly params: StructuralSchema | null | undefined;
}

/** Looks at what a policy says of objects whose schema is known, though it may be told of others, too. */
export class PolicyTypeCheck {
  readonly #env: Env;

  constructor({ variables, object, params }: CheckedPolicy) {
    const known = new Map<string, DeclaredType>();
    const names = {
      object: declaredType(object, { name: 'Object', isRoot: true }),
      params: params === undefined ? undefined : paramsType(params),
      asks: 'anything but the resource',
    } as const;
    const envFor = (): Env => policyEnv({ ...names, variables: known });
    for (const { name, expression } of variables) {
      const { ast } = compile(envFor(), expression);
      known.set(name, ast ? variableType(ast.type) : declared.dyn);
    }
    this.#env = envFor();
  }

  /** What the checker reports of an expression, if it finds anything. */
  report(expression: string): string | undefined {
    const checked = compile(this.#env, expression);
    return checked.ast ? undefined : checked.text;
  }
}

const paramsType = (schema: StructuralSchema | null): DeclaredType =>
  (schema && declaredType(schema, { name: 'Params', isRoot: true })) ?? declared.dyn;
