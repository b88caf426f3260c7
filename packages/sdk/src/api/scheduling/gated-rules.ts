import {
  declaredImmutable,
  duplicate,
  equal,
  type FieldError,
  forbiddenAt,
  invalid,
  longNameProblems,
  notSupported,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  shortNameProblems,
  tooMany,
} from '../../machinery/index.ts';
import type { Gates } from '../../schema/index.ts';
import { isOpen } from '../meta/field-gates.ts';
import { type Gated, gateOf } from './gated-fields.ts';
import type { PodGroupResourceClaim, PodGroupSchedulingConstraints } from './scheduling-policy.ts';
import { oneMemberRules } from './scheduling-policy-rules.ts';

const mostKeys = 1;
export const mostClaims = 4;
const highestPriority = 1_000_000_000;
const modes = ['Pod', 'PodGroup'];

/** What is switched on has its rules and stays as it was made; what isn't may stay as it is, and no more. */
export function* gatedRules(
  next: Gated,
  old: Gated | undefined,
  at: Path,
  gates: Gates | undefined,
): Iterable<FieldError> {
  for (const name of Object.keys(gateOf) as (keyof Gated)[]) {
    const here = at.child(name);
    // The claims' gate is asked only where they are dropped.
    const isOn = name === 'resourceClaims' || isOpen(gates, gateOf[name]);
    if (old && equal(next[name], old[name])) continue;
    if (!isOn) {
      // A new one has lost it already.
      if (old && isSaid(next[name])) yield forbiddenAt(here);
    } else if (old) yield* declaredImmutable(next[name], old[name], here);
    else yield* newValueRules[name](next, here);
  }
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null;

const newValueRules: Readonly<Record<keyof Gated, (group: Gated, at: Path) => Iterable<FieldError>>> = {
  schedulingConstraints: ({ schedulingConstraints: said }, at) => (said ? constraintRules(said, at) : []),
  resourceClaims: ({ resourceClaims = [] }, at) => claimsRules(resourceClaims, at),
  disruptionMode: ({ disruptionMode: said }, at) =>
    said === undefined || modes.includes(said) ? [] : [notSupported(at, said, modes)],
  priorityClassName: ({ priorityClassName: said }, at) => (said ? problemsAt(longNameProblems(said), said, at) : []),
  priority: ({ priority = 0 }, at) =>
    priority > highestPriority ? [invalid(at, priority, `must be less than or equal to ${highestPriority}`)] : [],
};

function* constraintRules({ topology = [] }: PodGroupSchedulingConstraints, at: Path): Iterable<FieldError> {
  const here = at.child('topology');
  if (topology.length > mostKeys) return yield tooMany(here, topology.length, mostKeys);
  for (const [i, { key }] of topology.entries()) {
    const ofKey = here.index(i).child('key');
    if (!key) yield required(ofKey);
    else yield* problemsAt(qualifiedNameProblems(key), key, ofKey);
  }
}

function* claimsRules(claims: readonly PodGroupResourceClaim[], at: Path): Iterable<FieldError> {
  if (claims.length > mostClaims) return yield tooMany(at, claims.length, mostClaims);
  for (const [i, claim] of claims.entries()) {
    if (claims.findIndex((c) => c.name === claim.name) < i) yield duplicate(at.index(i), claim);
  }
  for (const [i, claim] of claims.entries()) {
    const here = at.index(i);
    yield* oneMemberRules(claim, ['resourceClaimName', 'resourceClaimTemplateName'], here);
    if (!claim.name) yield required(here.child('name'));
    else yield* problemsAt(shortNameProblems(claim.name), claim.name, here.child('name'));
    for (const name of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const said = claim[name];
      if (said !== undefined) yield* problemsAt(longNameProblems(said), said, here.child(name));
    }
  }
}
