import { evaluateAll, type NamedExpression, type PolicyExpression, type PolicyInput } from '@tiphys/sdk/cel';

const budget = 2_500_000;

/** Whether all conditions hold. One that doesn't outweighs any that fail; failures alone are thrown. */
export function conditionsHold(
  conditions: readonly PolicyExpression[],
  { namespaceObject: _unseen, ...input }: PolicyInput,
  variables: readonly NamedExpression[],
): boolean {
  if (!conditions.length) return true;
  const { outcomes } = evaluateAll(conditions, input, { variables, budget });
  if (outcomes.some((o) => 'value' in o && o.value === false)) return false;
  const errors = [...new Set(outcomes.flatMap((o) => ('error' in o ? [o.error] : [])))];
  if (errors.length) throw new Error(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
  return true;
}
