import type { ClusterState } from '../cluster-state.ts';
import { maxScore, type SchedulerPlugin, unresolvable, unschedulable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { AffinityTerm, PodInfo } from '../pod-info.ts';

/** How many matching pods there are by topology, `key=value`. */
type Counts = Map<string, number>;

interface FilterState {
  readonly cluster: ClusterState;
  /** Existing pods' anti-affinity terms that the incoming pod matches. */
  readonly repelledFrom: Counts;
  /** Existing pods that match all of the incoming pod's affinity terms. */
  readonly drawnTo: Counts;
  /** Existing pods that match one of the incoming pod's anti-affinity terms. */
  readonly avoided: Counts;
}

/** Pods near, or away from, other pods, by the labels of their nodes. */
export const interPodAffinity: SchedulerPlugin<FilterState, Counts> = {
  name: 'InterPodAffinity',
  weight: 2,

  preFilter(pod, cluster) {
    const asks = pod.requiredAffinity.length || pod.requiredAntiAffinity.length;
    if (!asks && !cluster.repellingNodes.size) return { skip: true };
    const state: FilterState = { cluster, repelledFrom: new Map(), drawnTo: new Map(), avoided: new Map() };
    for (const node of cluster.repellingNodes)
      for (const other of node.repelling.values()) countRepelling(state, pod, other, node, 1);
    if (asks)
      for (const node of cluster.nodes.values())
        for (const other of node.pods.values()) countRequired(state, pod, other, node, 1);
    const nothing = !state.repelledFrom.size && !asks;
    return nothing ? { skip: true } : { state };
  },

  filter(pod, node, state) {
    if (!drawn(pod, node, state)) return unresolvable("node(s) didn't match pod affinity rules");
    if (pod.requiredAntiAffinity.some((t) => has(state.avoided, t.topologyKey, node))) {
      return unschedulable("node(s) didn't match pod anti-affinity rules");
    }
    for (const [topology, n] of state.repelledFrom) {
      if (n <= 0) continue;
      const at = topology.indexOf('=');
      if (node.labels[topology.slice(0, at)] === topology.slice(at + 1)) {
        return unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");
      }
    }
    return undefined;
  },

  copyState: (s) => ({
    cluster: s.cluster,
    repelledFrom: new Map(s.repelledFrom),
    drawnTo: new Map(s.drawnTo),
    avoided: new Map(s.avoided),
  }),
  addPod(state, pod, added, node) {
    countRepelling(state, pod, added, node, 1);
    countRequired(state, pod, added, node, 1);
  },
  removePod(state, pod, removed, node) {
    countRepelling(state, pod, removed, node, -1);
    countRequired(state, pod, removed, node, -1);
  },

  preScore(pod, nodes, cluster) {
    const prefers = pod.preferredAffinity.length || pod.preferredAntiAffinity.length;
    const scores: Counts = new Map();
    const others = prefers ? cluster.nodes.values() : cluster.opinionatedNodes.values();
    for (const node of others) {
      const existing = prefers ? node.pods : node.opinionated;
      for (const other of existing.values()) {
        for (const t of pod.preferredAffinity) countOwn(scores, t, other, node, t.weight, cluster);
        for (const t of pod.preferredAntiAffinity) countOwn(scores, t, other, node, -t.weight, cluster);
        for (const t of other.requiredAffinity) count(scores, t, pod, node, hardAffinityWeight, cluster);
        for (const t of other.preferredAffinity) count(scores, t, pod, node, t.weight, cluster);
        for (const t of other.preferredAntiAffinity) count(scores, t, pod, node, -t.weight, cluster);
      }
    }
    return scores.size && nodes.length ? scores : undefined;
  },
  score(_pod, node, scores) {
    let sum = 0;
    for (const [topology, n] of scores) {
      const at = topology.indexOf('=');
      if (node.labels[topology.slice(0, at)] === topology.slice(at + 1)) sum += n;
    }
    return sum;
  },
  normalize(scores) {
    const [min, max] = [Math.min(...scores), Math.max(...scores)];
    for (let i = 0; i < scores.length; i++) {
      scores[i] = max === min ? 0 : Math.floor(maxScore * ((scores[i]! - min) / (max - min)));
    }
  },

  helps(pod, event) {
    switch (event.type) {
      case 'node-added':
        return true;
      case 'node-updated':
        return event.changed.has('labels');
      case 'node-deleted':
        return false;
      case 'pod-added':
        return pod.requiredAffinity.length > 0;
      case 'pod-updated':
      case 'self-updated':
        return event.changed.has('labels');
      case 'pod-deleted':
        // With the last pod that it was to be near, one that matches its own terms may go anywhere.
        return [event.pod.requiredAntiAffinity, pod.requiredAntiAffinity, pod.requiredAffinity].some((t) => t.length);
    }
  },
};

/** What an existing pod's required affinity is worth when scores are made. */
const hardAffinityWeight = 1;

function matches(term: AffinityTerm, pod: PodInfo, cluster: ClusterState): boolean {
  const inScope =
    term.namespaces.has(pod.namespace) ||
    (term.namespaceSelector?.matches(cluster.namespaceLabels.get(pod.namespace) ?? {}) ?? false);
  return inScope && term.selector.matches(pod.labels);
}

/**
 * The same of a term of the pod that is to be placed: upstream asks its namespace selector once more without any labels, so one
 * that only excludes (NotIn, DoesNotExist) reaches every namespace.
 */
const matchesOwn = (term: AffinityTerm, other: PodInfo, cluster: ClusterState): boolean =>
  matches(term, other, cluster) ||
  ((term.namespaceSelector?.matches({}) ?? false) && term.selector.matches(other.labels));

function bump(counts: Counts, key: string, node: NodeInfo, by: number): void {
  if (!Object.hasOwn(node.labels, key)) return;
  const topology = `${key}=${node.labels[key]}`;
  const n = (counts.get(topology) ?? 0) + by;
  if (n === 0) counts.delete(topology);
  else counts.set(topology, n);
}

function count(
  counts: Counts,
  term: AffinityTerm,
  pod: PodInfo,
  node: NodeInfo,
  by: number,
  cluster: ClusterState,
): void {
  if (matches(term, pod, cluster)) bump(counts, term.topologyKey, node, by);
}

function countOwn(
  counts: Counts,
  term: AffinityTerm,
  other: PodInfo,
  node: NodeInfo,
  by: number,
  cluster: ClusterState,
): void {
  if (matchesOwn(term, other, cluster)) bump(counts, term.topologyKey, node, by);
}

function countRepelling(
  { cluster, repelledFrom }: FilterState,
  pod: PodInfo,
  other: PodInfo,
  node: NodeInfo,
  by: number,
): void {
  for (const t of other.requiredAntiAffinity) count(repelledFrom, t, pod, node, by, cluster);
}

function countRequired(
  { cluster, drawnTo, avoided }: FilterState,
  pod: PodInfo,
  other: PodInfo,
  node: NodeInfo,
  by: number,
): void {
  if (pod.requiredAffinity.length && pod.requiredAffinity.every((t) => matchesOwn(t, other, cluster))) {
    for (const t of pod.requiredAffinity) bump(drawnTo, t.topologyKey, node, by);
  }
  for (const t of pod.requiredAntiAffinity) countOwn(avoided, t, other, node, by, cluster);
}

const has = (counts: Counts, key: string, node: NodeInfo): boolean =>
  Object.hasOwn(node.labels, key) && (counts.get(`${key}=${node.labels[key]}`) ?? 0) > 0;

/** Every affinity term is met here; or nobody matches anywhere and the pod, being the first of its kind, matches itself. */
function drawn(pod: PodInfo, node: NodeInfo, { cluster, drawnTo }: FilterState): boolean {
  if (!pod.requiredAffinity.length) return true;
  if (!pod.requiredAffinity.every((t) => Object.hasOwn(node.labels, t.topologyKey))) return false;
  if (pod.requiredAffinity.every((t) => has(drawnTo, t.topologyKey, node))) return true;
  return drawnTo.size === 0 && pod.requiredAffinity.every((t) => matchesOwn(t, pod, cluster));
}
