import {
  duplicate,
  type FieldError,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooMany,
} from '../../../machinery/index.ts';
import type { MatchCondition } from '../match-condition.ts';

const mostConditions = 64;

export function* matchConditionRules(
  conditions: readonly MatchCondition[] | undefined,
  at: Path,
): Iterable<FieldError> {
  const seen = new Set<string>();
  const given = conditions ?? [];
  if (given.length > mostConditions) yield tooMany(at, given.length, mostConditions);
  for (const [i, { name, expression }] of given.entries()) {
    const here = at.index(i);
    if (!expression.trim()) yield required(here.child('expression'));
    if (!name) yield required(here.child('name'));
    else {
      yield* problemsAt(qualifiedNameProblems(name), name, here.child('name'));
      if (seen.has(name)) yield duplicate(here.child('name'), name);
      seen.add(name);
    }
  }
}
