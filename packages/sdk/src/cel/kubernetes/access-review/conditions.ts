import { compile } from '../../compile.ts';
import type { Env } from '../../env.ts';
import { readDynamic } from '../../json-values.ts';
import type { Program } from '../../program.ts';
import { isError } from '../../values.ts';
import { baseEnv } from '../base-env.ts';
import { declared, type DeclaredType } from '../declared-type.ts';
import { objectTypesOf } from '../object-types.ts';
import { planned } from '../planned.ts';
import { perCallBudget } from '../rules/rule-set.ts';
import { typeText } from '../type-text.ts';

const anyNumber = 2 ** 64;
const { string } = declared;
const strings = declared.list(string, anyNumber);
const object = (name: string, fields: Readonly<Record<string, DeclaredType>>) =>
  declared.object(`kubernetes.${name}`, new Map(Object.entries(fields)));

const requirement = object('SelectorRequirement', { key: string, operator: string, values: strings });
const selector = (name: string) =>
  object(name, { rawSelector: string, requirements: declared.list(requirement, anyNumber) });

/** The variable `request` of the conditions under which an authorizer is asked. */
const request = object('SubjectAccessReviewSpec', {
  resourceAttributes: object('ResourceAttributes', {
    namespace: string,
    verb: string,
    group: string,
    version: string,
    resource: string,
    subresource: string,
    name: string,
    fieldSelector: selector('FieldSelectorAttributes'),
    labelSelector: selector('LabelSelectorAttributes'),
  }),
  nonResourceAttributes: object('NonResourceAttributes', { path: string, verb: string }),
  user: string,
  groups: strings,
  extra: declared.map(strings, anyNumber),
  uid: string,
});

let made: Env | undefined;
const env = (): Env =>
  (made ??= baseEnv().extend({
    variables: [{ name: 'request', type: request.type }],
    types: objectTypesOf(request),
  }));

/** A condition that can be asked, or why it makes no sense. */
export type AccessCondition =
  { readonly source: string; readonly program: Program } | { readonly problem: string; readonly isInternal?: boolean };

export function compileAccessCondition(source: string): AccessCondition {
  const checked = compile(env(), source);
  if (!checked.ast) return { problem: `compilation failed: ${checked.text}` };
  const { type } = checked.ast;
  if (type.kind !== 'bool') return { problem: `must evaluate to bool but got ${typeText(type)}` };
  const plan = planned(env(), checked.ast);
  if ('problem' in plan) return { problem: `program instantiation failed: ${plan.problem}`, isInternal: true };
  return { source, program: plan.program };
}

/**
 * Whether all conditions hold for the spec of a SubjectAccessReview, and what is wrong with those that can't be told of, when none of the
 * others says no.
 */
export function accessConditionsHold(
  conditions: readonly { readonly source: string; readonly program: Program }[],
  spec: unknown,
): boolean | { readonly errors: readonly string[] } {
  const told = readDynamic.read(spec);
  const activation = { get: (name: string) => (name === 'request' ? told : undefined) };
  const errors: string[] = [];
  for (const { source, program } of conditions) {
    const { result } = program.eval(activation, { budget: perCallBudget });
    if (isError(result)) {
      errors.push(`cel evaluation error: expression '${source}' resulted in error: ${result.message}`);
    } else if (result === false) return false;
  }
  return errors.length ? { errors } : true;
}
