import { sumOfQuantities } from '../../../machinery/index.ts';
import type { PodAffinityTerm } from '../pod/affinity.ts';
import type { Container } from '../pod/container.ts';
import type { Pod } from '../pod/pod.ts';
import { qosClassOf } from '../pod/qos.ts';
import { containerTotals, type ResourceList } from '../pod/resource-totals.ts';
import {
  isExtendedResource,
  isHugePages,
  isNativeResource,
  isPodLevelResource,
} from '../pod/validation/resource-name.ts';
import { type QuotaCounter, selectsName } from './counter.ts';

const compute = ['cpu', 'memory', 'ephemeral-storage'];
const names = new Set([
  'count/pods',
  'pods',
  ...compute,
  ...compute.map((name) => `requests.${name}`),
  ...compute.map((name) => `limits.${name}`),
]);
/** What every container must say where a quota limits it. */
const mustSay = ['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]);

export const podCounter: QuotaCounter = {
  concerns: (name) =>
    names.has(name) ||
    /^(requests\.)?hugepages-/.test(name) ||
    (name.startsWith('requests.') && !isNativeResource(name)),

  usage(object, now) {
    const pod = object as Pod;
    if (isOver(pod, now)) return { 'count/pods': '1' };
    return { 'count/pods': '1', pods: '1', ...computed(podTotals(pod, 'requests'), podTotals(pod, 'limits')) };
  },

  inScope(object, selector) {
    const pod = object as Pod;
    switch (selector.scopeName) {
      case 'Terminating':
        return isTerminating(pod);
      case 'NotTerminating':
        return !isTerminating(pod);
      case 'BestEffort':
        return qosClassOf(pod.spec) === 'BestEffort';
      case 'NotBestEffort':
        return qosClassOf(pod.spec) !== 'BestEffort';
      case 'PriorityClass':
        return selectsName(selector, pod.spec.priorityClassName ? [pod.spec.priorityClassName] : []);
      case 'CrossNamespacePodAffinity':
        return reachesOut(pod);
      default:
        return false;
    }
  },

  missing(object, limited) {
    const { spec } = object as Pod;
    const said = { ...spec.resources?.requests, ...spec.resources?.limits };
    if (Object.keys(said).some(isPodLevelResource)) return undefined;
    const needed = mustSay.filter((name) => limited.includes(name)).sort();
    const parts = needed.flatMap((name) => {
      const without = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].filter((c) => !says(c, name));
      const those = [...new Set(without.map((c) => c.name))].sort();
      return those.length ? [`${name} for: ${those.join(',')}`] : [];
    });
    return parts.length ? `must specify ${parts.join('; ')}` : undefined;
  },
};

const says = ({ resources }: Container, name: string): boolean =>
  computed(resources?.requests ?? {}, resources?.limits ?? {})[name] !== undefined;

/** Runs to an end of its own. */
export const isTerminating = ({ spec }: Pod): boolean => (spec.activeDeadlineSeconds ?? -1) >= 0;

/** It runs no more, or ought to have stopped by now. */
function isOver({ metadata, status }: Pod, now: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return true;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (!deletionTimestamp || deletionGracePeriodSeconds === undefined) return false;
  return now > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

/** What the pod needs as a whole: its own word counts over the sum of its containers'. */
export function podTotals({ spec }: Pick<Pod, 'spec'>, of: 'requests' | 'limits'): ResourceList {
  const own = Object.entries(spec.resources?.[of] ?? {}).filter(([name]) => isPodLevelResource(name));
  const overhead = Object.entries(spec.overhead ?? {});
  const totals: Record<string, string> = { ...containerTotals(spec, of), ...Object.fromEntries(own) };
  for (const [name, amount] of overhead) {
    const before = totals[name];
    if (before !== undefined) totals[name] = sumOfQuantities(before, amount);
    else if (of === 'requests') totals[name] = amount;
  }
  return totals;
}

/** Requests and limits by the names that quotas have for them. */
function computed(requests: ResourceList, limits: ResourceList): ResourceList {
  const out: Record<string, string> = {};
  for (const name of compute) {
    const [request, limit] = [requests[name], limits[name]];
    if (request !== undefined) out[name] = out[`requests.${name}`] = request;
    if (limit !== undefined) out[`limits.${name}`] = limit;
  }
  for (const [name, request] of Object.entries(requests)) {
    if (isHugePages(name)) out[name] = request;
    if (isHugePages(name) || isExtendedResource(name)) out[`requests.${name}`] = request;
  }
  return out;
}

/** It wants to be with, or away from, pods of other namespaces. */
function reachesOut({ spec }: Pod): boolean {
  const terms: PodAffinityTerm[] = [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p) => p.podAffinityTerm),
  ]);
  return terms.some(({ namespaces, namespaceSelector }) => namespaces?.length || namespaceSelector);
}
