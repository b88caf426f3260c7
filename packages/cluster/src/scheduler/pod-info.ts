import { labelSelectorOf, type Selector } from '@tiphys/sdk/machinery';
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '@tiphys/sdk/api';
import { type Amounts, assumed, heldRequests, podRequests } from './resources.ts';

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
  /** The same once it is on a node, where nothing is assumed for containers whose pod asks for them all. */
  readonly assumedOnNode: Amounts;
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

/** Same port and protocol, and either address is the wildcard or both are the same. */
export const clash = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === anyIp || b.ip === anyIp);
const anyIp = '0.0.0.0';

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
  const held = heldRequests(pod);
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const term = (t: PodAffinityTerm) => affinityTerm(t, namespace);
  const requests = podRequests(spec, held);
  const assumedRequests = podRequests(spec, held, assumed);
  const asksAsOne = Object.keys(spec.resources?.requests ?? {}).length > 0;
  const unasked = Object.fromEntries(Object.entries(assumed).filter(([r]) => requests[r] === undefined));
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
    assumedRequests,
    assumedOnNode: asksAsOne ? podRequests(spec, held, unasked) : assumedRequests,
    hostPorts: hostPorts(pod),
    requiredAffinity: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    requiredAntiAffinity: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    preferredAffinity: (podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted),
    preferredAntiAffinity: (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted),
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

function hostPorts(pod: Pod): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  return [...pod.spec.containers, ...sidecars]
    .flatMap((c) => c.ports ?? [])
    .filter((p) => p.hostPort)
    .map((p) => ({ ip: p.hostIP || anyIp, protocol: p.protocol, port: p.hostPort! }));
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
