import type { Pod } from '@tiphys/sdk/api';
import { subjectOf } from './check.ts';
import { reasonsText, violationsOf } from './evaluate.ts';
import { type Standard, standardText } from './policy.ts';

/** Nobody waits for more than these to be looked at. */
const mostPods = 3000;

/** What who tightens a namespace is told of the pods in it: which of them the new standard would refuse, and why in short. */
export function existingPodWarnings(pods: readonly Pod[], standard: Standard, namespace: string): string[] {
  const looked = distinctFirst(pods).slice(0, mostPods);
  const byReason = new Map<string, { name: string; count: number }>();
  for (const pod of looked) {
    const violations = violationsOf(standard, subjectOf(pod));
    if (!violations.length) continue;
    const reasons = reasonsText(violations);
    const { name, count } = byReason.get(reasons) ?? { name: pod.metadata.name!, count: 0 };
    byReason.set(reasons, { name: pod.metadata.name! < name ? pod.metadata.name! : name, count: count + 1 });
  }
  const few =
    looked.length < pods.length
      ? [`new PodSecurity enforce level only checked against the first ${mostPods} of ${pods.length} existing pods`]
      : [];
  if (!byReason.size) return few;
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${standardText(standard)}"`;
  const told = [...byReason]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reasons, { name, count }]) => {
      const others = count - 1;
      const more = others ? ` (and ${others} other pod${others === 1 ? '' : 's'})` : '';
      return `${name}${more}: ${reasons}`;
    });
  return [...few, head, ...told];
}

/** Pods of one controller are like each other: each controller's first comes before any other of its pods. */
function distinctFirst(pods: readonly Pod[]): Pod[] {
  const seen = new Set<string>();
  const alike = new Set<Pod>();
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((o) => o.controller)?.uid;
    if (owner === undefined) continue;
    if (seen.has(owner)) alike.add(pod);
    seen.add(owner);
  }
  return [...pods.filter((pod) => !alike.has(pod)), ...alike];
}
