import {
  duplicate,
  equal,
  field,
  type FieldError,
  immutableMember,
  notSupported,
  oneOfThese,
  type Path,
  required,
} from '../../machinery/index.ts';
import { nodeLabelDeprecation } from '../core/deprecated-node-labels.ts';
import { validateLabelKey } from '../meta/label-selector-rules.ts';
import { parametersRules, provisionerRules } from './class-rules.ts';
import type { StorageClass, TopologySelectorLabelRequirement, TopologySelectorTerm } from './storageclass.ts';

export function* storageClassRules(next: StorageClass): Iterable<FieldError> {
  yield* provisionerRules(next.provisioner, field('provisioner'));
  yield* parametersRules(next.parameters ?? {}, field('parameters'));
  const policies = ['Delete', 'Retain'];
  if (next.reclaimPolicy) yield* oneOfThese(next.reclaimPolicy, policies, field('reclaimPolicy'));
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (!modes.includes(next.volumeBindingMode)) {
    yield notSupported(field('volumeBindingMode'), next.volumeBindingMode, modes);
  }
  yield* topologiesRules(next.allowedTopologies ?? [], field('allowedTopologies'));
}

export function* storageClassChangeRules(next: StorageClass, old: StorageClass): Iterable<FieldError> {
  for (const name of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    yield* immutableMember(next, old, { name, at: field(name) });
  }
}

function* topologiesRules(terms: readonly TopologySelectorTerm[], at: Path): Iterable<FieldError> {
  // Upstream begins with as many empty ones as there are terms, so that an empty term repeats each of them.
  const seen: Record<string, string[]>[] = terms.map(() => ({}));
  for (const [i, { matchLabelExpressions = [] }] of terms.entries()) {
    const here = at.index(i).child('matchLabelExpressions');
    const byKey: Record<string, string[]> = {};
    for (const [j, requirement] of matchLabelExpressions.entries()) {
      yield* requirementRules(requirement, here.index(j));
      const { key, values } = requirement;
      if (Object.hasOwn(byKey, key)) yield duplicate(here.index(j).child('key'), key);
      byKey[key] = [...new Set(values)].sort();
    }
    for (const other of seen) if (equal(other, byKey)) yield duplicate(here, '');
    seen.push(byKey);
  }
}

function* requirementRules({ key, values }: TopologySelectorLabelRequirement, at: Path): Iterable<FieldError> {
  const here = at.child('values');
  if (!values?.length) yield required(here);
  for (const [i, value] of (values ?? []).entries()) {
    if (values.indexOf(value) < i) yield duplicate(here.index(i), value);
  }
  yield* validateLabelKey(key, at.child('key'));
}

export function* storageClassWarnings({ allowedTopologies }: StorageClass): Iterable<string> {
  for (const [i, { matchLabelExpressions }] of (allowedTopologies ?? []).entries()) {
    for (const [j, { key }] of (matchLabelExpressions ?? []).entries()) {
      const why = nodeLabelDeprecation(key);
      if (why) yield `allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${why}`;
    }
  }
}
