import { duplicate, field, type FieldError, required, typedString } from '../../machinery/index.ts';

const at = field('status', 'conditions');

/** Conditions are told apart by their types. */
export function* conditionRules(conditions: readonly { readonly type?: string }[] | undefined): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, { type = '' }] of (conditions ?? []).entries()) {
    if (seen.has(type)) yield duplicate(at.index(i).child('type'), typedString(type));
    seen.add(type);
    if (!type) yield required(at.index(i).child('type'));
  }
}
