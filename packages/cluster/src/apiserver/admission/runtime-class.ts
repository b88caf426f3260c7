import { type Pod, podSpec, runtimeClass, type RuntimeClass, type Toleration } from '@tiphys/sdk/api';
import { deepCopy, equal, pathSegmentProblems, quoted, StatusError, wasGivenEmpty } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

/** A pod of a runtime class costs what its class says beside its containers, and goes only where the class does. */
export const runtimeClassAdmission = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'RuntimeClass',
  matches: { operations: ['CREATE'], resources: ['pods'] },

  admit(a) {
    return hasClass(a) ? admitToClass(a, objects) : undefined;
  },

  validate(a) {
    if (hasClass(a)) return checkClass(a, objects);
    checkOverhead(a, undefined);
  },
});

const hasClass = (a: AdmissionAttributes): boolean => (a.object as Pod).spec.runtimeClassName !== undefined;

async function admitToClass(a: AdmissionAttributes, objects: ClusterObjects): Promise<void> {
  const { overhead, scheduling } = await classOf(a, objects);
  const { spec } = a.object as Pod;
  if (overhead) {
    if (Object.keys(spec.overhead ?? {}).length && !equal(spec.overhead, overhead.podFixed ?? {})) {
      throw refuse(a, mismatch);
    }
    setFields(podSpec, spec, { overhead: overhead.podFixed && deepCopy(overhead.podFixed) });
  }
  if (!scheduling) return;
  const { nodeSelector = {}, tolerations = [] } = scheduling;
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === value) continue;
    throw refuse(
      a,
      `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
    );
  }
  const selector = Object.entries({ ...spec.nodeSelector, ...nodeSelector }).sort(([x], [y]) => (x < y ? -1 : 1));
  const merged = mergeTolerations(spec.tolerations ?? [], tolerations);
  setFields(podSpec, spec, {
    nodeSelector: selector.length ? Object.fromEntries(selector) : undefined,
    tolerations: merged.length ? merged : undefined,
  });
}

async function checkClass(a: AdmissionAttributes, objects: ClusterObjects): Promise<void> {
  checkOverhead(a, (await classOf(a, objects)).overhead);
}

function checkOverhead(a: AdmissionAttributes, ofClass: RuntimeClass['overhead']): void {
  const { spec } = a.object as Pod;
  const { overhead } = spec;
  if (ofClass) {
    if (!equal(overhead ?? {}, ofClass.podFixed ?? {})) throw refuse(a, mismatch);
  } else if (overhead !== undefined || wasGivenEmpty(spec, 'overhead')) {
    throw refuse(a, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  }
}

const mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

async function classOf(a: AdmissionAttributes, objects: ClusterObjects): Promise<RuntimeClass> {
  const name = (a.object as Pod).spec.runtimeClassName;
  // Upstream asks itself for it, and can't ask for a thing without a name.
  if (!name) throw new StatusError(500, '', 'resource name may not be empty');
  const problems = pathSegmentProblems(name);
  if (problems.length) {
    const why = `invalid resource name ${quoted(name)}: [${problems.join(' ')}]`;
    throw new StatusError(500, '', why);
  }
  const found = await objects.get(runtimeClass, '', name);
  if (!found) throw refuse(a, `pod rejected: RuntimeClass ${quoted(name)} not found`);
  return found;
}

/** Both lists without those that tolerate nothing another one doesn't; of equals the first stays. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [i, one] of all.entries()) {
    const isRedundant =
      merged.some((other) => covers(other, one)) ||
      all.slice(i + 1).some((other) => !equal(other, one) && covers(other, one));
    if (!isRedundant) merged.push(one);
  }
  return merged;
}

function covers(wide: Toleration, narrow: Toleration): boolean {
  if (equal(wide, narrow)) return true;
  const isAnyKey = !wide.key && wide.operator === 'Exists';
  if (narrow.key !== wide.key && !isAnyKey) return false;
  if (wide.effect && narrow.effect !== wide.effect) return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    const { tolerationSeconds } = narrow;
    if (tolerationSeconds === undefined || tolerationSeconds > wide.tolerationSeconds) return false;
  }
  if (!wide.operator || wide.operator === 'Equal') return narrow.operator === 'Equal' && narrow.value === wide.value;
  return wide.operator === 'Exists';
}
