import { type FieldError, invalid, type Path, required } from '../../machinery/index.ts';
import type { PodGroupSchedulingPolicy } from './scheduling-policy.ts';

export function* schedulingPolicyRules(policy: PodGroupSchedulingPolicy, at: Path): Iterable<FieldError> {
  yield* oneMemberRules(policy, ['basic', 'gang'], at);
  if (policy.gang) yield* gangRules(policy.gang.minCount, at.child('gang', 'minCount'));
}

function* gangRules(minCount: number, at: Path): Iterable<FieldError> {
  if (minCount === 0) yield required(at);
  else if (minCount < 1) yield invalid(at, minCount, 'must be greater than or equal to 1');
}

/** One member of several is to be there, and only one. */
export function* oneMemberRules(of: object, names: readonly string[], at: Path): Iterable<FieldError> {
  const all = names.map((name) => `\`${name}\``).join(', ');
  const given = names.filter((name) => (of as Record<string, unknown>)[name]);
  if (given.length === 1) return;
  if (!given.length) yield invalid(at, '', `must specify one of: ${all}`);
  else yield invalid(at, `{${given.join(', ')}}`, `must specify exactly one of: ${all}`);
}
