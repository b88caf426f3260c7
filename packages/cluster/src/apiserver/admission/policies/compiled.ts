import type { MatchCondition, MutatingAdmissionPolicy, ValidatingAdmissionPolicy, Variable } from '@tiphys/sdk/api';
import { keptByGeneration } from '../kept.ts';
import { type NamedExpression, PolicyCompiler, type PolicyExpression, type Purpose } from '@tiphys/sdk/cel';

/** The expressions that every policy has. */
interface Compiled {
  readonly conditions: readonly PolicyExpression[];
  readonly variables: readonly NamedExpression[];
}

export interface CompiledValidation extends Compiled {
  readonly validations: readonly PolicyExpression[];
  /** Of each validation, where it has one. */
  readonly messages: readonly (PolicyExpression | undefined)[];
  readonly annotations: readonly (PolicyExpression & { readonly key: string })[];
}

export interface CompiledMutation extends Compiled {
  readonly mutations: readonly {
    readonly form: 'applyConfiguration' | 'jsonPatch';
    readonly expression: PolicyExpression;
  }[];
}

export const compiledValidation = keptByGeneration((policy: ValidatingAdmissionPolicy): CompiledValidation => {
  const { variables = [], validations = [], auditAnnotations = [], matchConditions = [], paramKind } = policy.spec;
  const { compiler, ...compiled } = common(variables, matchConditions, paramKind !== undefined);
  const expression = expressionsOf(compiler);
  return {
    ...compiled,
    validations: validations.map((v) => expression(v.expression, 'condition')),
    messages: validations.map(({ messageExpression }) =>
      messageExpression ? expression(messageExpression, 'message') : undefined,
    ),
    annotations: auditAnnotations.map(({ key, valueExpression }) => ({
      key,
      ...expression(valueExpression, 'auditAnnotation'),
    })),
  };
});

export const compiledMutation = keptByGeneration((policy: MutatingAdmissionPolicy): CompiledMutation => {
  const { variables = [], mutations = [], matchConditions = [], paramKind } = policy.spec;
  const { compiler, ...compiled } = common(variables, matchConditions, paramKind !== undefined);
  const expression = expressionsOf(compiler);
  return {
    ...compiled,
    mutations: mutations.map(({ patchType, applyConfiguration, jsonPatch }) => {
      const form = patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration';
      const source = (form === 'jsonPatch' ? jsonPatch : applyConfiguration)?.expression ?? '';
      return { form, expression: expression(source, form) };
    }),
  };
});

function common(variables: readonly Variable[], conditions: readonly MatchCondition[], hasParams: boolean) {
  const compiler = new PolicyCompiler({ hasParams, composes: true });
  const named = variables.map(({ name, expression }) => ({
    name,
    compiled: compiler.compileVariable(name, expression),
  }));
  const expression = expressionsOf(compiler);
  return {
    compiler,
    variables: named,
    conditions: conditions.map((c) => expression(c.expression, 'condition')),
  };
}

const expressionsOf =
  (compiler: PolicyCompiler) =>
  (source: string, purpose: Purpose): PolicyExpression => ({ source, compiled: compiler.compile(source, purpose) });
