import { PolicyCompiler } from '../../../cel/index.ts';
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
import { expressionRules } from './policy.ts';

const mostConditions = 64;

/** A policy's conditions may speak of its parameters. */
export function* matchConditionRules(
  conditions: readonly MatchCondition[] | undefined,
  at: Path,
  { hasParams = false } = {},
): Iterable<FieldError> {
  const compiler = new PolicyCompiler({ hasParams });
  const seen = new Set<string>();
  const given = conditions ?? [];
  if (given.length > mostConditions) yield tooMany(at, given.length, mostConditions);
  for (const [i, { name, expression }] of given.entries()) {
    const here = at.index(i);
    const trimmed = expression.trim();
    if (!trimmed) yield required(here.child('expression'));
    else {
      yield* expressionRules(trimmed, here.child('expression'), { compiler, purpose: 'condition' });
    }
    if (!name) yield required(here.child('name'));
    else {
      yield* problemsAt(qualifiedNameProblems(name), name, here.child('name'));
      if (seen.has(name)) yield duplicate(here.child('name'), name);
      seen.add(name);
    }
  }
}
