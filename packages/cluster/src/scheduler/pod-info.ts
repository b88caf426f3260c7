import { labelSelectorOf, type Selector } from '@tiphys/sdk/machinery';
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '@tiphys/sdk/api';
import { type Amounts, amounts, podRequests } from './resources.ts';

/** What the scheduler needs of a pod, worked out once per revision. */
export interface PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly requests: Amounts;
  /** More than CPU and memory. */
  readonly asksForOthers: boolean;
  /** Requests with upstream's assumption for containers that ask for nothing; used for scores. */
  readonly assumedRequests: Amounts;
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedTerm[];
  readonly preferredAntiAffinity: readonly WeightedTerm[];
  readonly terminating: boolean;
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod (anti-)affinity term, ready to be asked. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly namespaces: ReadonlySet<string>;
  /** Chooses further namespaces by their labels; an empty selector chooses all. */
  readonly namespaceSelector: Selector | undefined;
}

export interface WeightedTerm extends AffinityTerm {
  readonly weight: number;
}

const known = new WeakMap<Pod, PodInfo>();

export function podInfo(pod: Pod): PodInfo {
  let info = known.get(pod);
  if (!info) known.set(pod, (info = make(pod)));
  return info;
}

function make(pod: Pod): PodInfo {
  const { spec, metadata } = pod;
  const namespace = metadata.namespace ?? '';
  const resized = resizedRequests(pod);
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const term = (t: PodAffinityTerm) => affinityTerm(t, namespace);
  const requests = podRequests(spec, resized, false);
  const weighted = (w: WeightedPodAffinityTerm) => ({ ...term(w.podAffinityTerm), weight: w.weight });
  return {
    pod,
    uid: metadata.uid ?? '',
    namespace,
    name: metadata.name ?? '',
    labels: metadata.labels ?? {},
    priority: spec.priority ?? 0,
    requests,
    asksForOthers: Object.keys(requests).some((r) => r !== 'cpu' && r !== 'memory'),
    assumedRequests: podRequests(spec, resized, true),
    hostPorts: hostPorts(pod),
    requiredAffinity: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    requiredAntiAffinity: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    preferredAffinity: (podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted),
    preferredAntiAffinity: (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted),
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

/** While a resize is under way a container counts with the larger of what it asks for and what it has. */
function resizedRequests(pod: Pod): Record<string, Amounts> | undefined {
  const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
  const withResources = statuses.filter((s) => s.allocatedResources ?? s.resources?.requests);
  if (!withResources.length || !pod.spec.nodeName) return undefined;
  return Object.fromEntries(
    withResources.map((s) => {
      const allocated = amounts(s.allocatedResources);
      for (const [r, a] of Object.entries(amounts(s.resources?.requests)))
        allocated[r] = Math.max(allocated[r] ?? 0, a);
      return [s.name, allocated];
    }),
  );
}

function hostPorts(pod: Pod): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  return [...pod.spec.containers, ...sidecars]
    .flatMap((c) => c.ports ?? [])
    .filter((p) => p.hostPort)
    .map((p) => ({ ip: p.hostIP || '0.0.0.0', protocol: p.protocol, port: p.hostPort! }));
}

function affinityTerm(t: PodAffinityTerm, ownNamespace: string): AffinityTerm {
  const named = t.namespaces ?? [];
  return {
    topologyKey: t.topologyKey,
    // No selector matches nothing, an empty one everything.
    selector: labelSelectorOf(t.labelSelector),
    namespaces: new Set(named.length || t.namespaceSelector ? named : [ownNamespace]),
    namespaceSelector: t.namespaceSelector && labelSelectorOf(t.namespaceSelector),
  };
}
