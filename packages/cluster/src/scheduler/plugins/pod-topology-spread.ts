import { labelSelectorOf, type Selector } from '@tiphys/sdk/machinery';
import type { ClusterState } from '../cluster-state.ts';
import type { TopologySpreadConstraint } from '@tiphys/sdk/api';
import { maxScore, type SchedulerPlugin, unresolvable, unschedulable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { toleratesAny } from '../tolerations.ts';
import { nodeAffinity } from './node-affinity.ts';

interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
}

interface Spread {
  readonly constraint: Constraint;
  /** Matching pods by the value of the topology key, over the nodes that count. */
  readonly domains: Map<string, number>;
}

interface ScoreState {
  readonly spreads: readonly Spread[];
  /** Nodes that lack a key of a constraint get no score. */
  readonly ignored: ReadonlySet<string>;
}

/** Pods spread evenly over zones, hosts, whatever the topology key names. */
export const podTopologySpread: SchedulerPlugin<readonly Spread[], ScoreState> = {
  name: 'PodTopologySpread',
  weight: 2,

  preFilter(pod, cluster) {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    if (!constraints.length) return { skip: true };
    const state = constraints.map((constraint) => ({ constraint, domains: new Map<string, number>() }));
    for (const node of cluster.nodes.values()) {
      // A node without every key isn't a domain of any.
      if (!constraints.every((c) => Object.hasOwn(node.labels, c.topologyKey))) continue;
      for (const { constraint, domains } of state) {
        if (!counts(constraint, pod, node)) continue;
        const value = node.labels[constraint.topologyKey]!;
        domains.set(value, (domains.get(value) ?? 0) + matching(constraint, pod, cluster, node));
      }
    }
    return { state };
  },

  filter(pod, node, state) {
    for (const { constraint, domains } of state) {
      const value = Object.hasOwn(node.labels, constraint.topologyKey)
        ? node.labels[constraint.topologyKey]
        : undefined;
      if (value === undefined) {
        return unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
      }
      const fewest = domains.size < constraint.minDomains ? 0 : Math.min(...domains.values());
      const itself = constraint.selector.matches(pod.labels) ? 1 : 0;
      if ((domains.get(value) ?? 0) + itself - (Number.isFinite(fewest) ? fewest : 0) > constraint.maxSkew) {
        return unschedulable("node(s) didn't match pod topology spread constraints");
      }
    }
    return undefined;
  },

  copyState: (state) => state.map(({ constraint, domains }) => ({ constraint, domains: new Map(domains) })),
  addPod: (state, pod, added, node) => change(state, pod, added, node, 1),
  removePod: (state, pod, removed, node) => change(state, pod, removed, node, -1),

  preScore(pod, nodes, cluster) {
    const own = constraintsOf(pod, 'ScheduleAnyway');
    const bySystem = !pod.pod.spec.topologySpreadConstraints?.length;
    const constraints = bySystem ? systemConstraints(pod, cluster) : own;
    if (!constraints.length) return undefined;
    const lacks = (n: NodeInfo) => !constraints.every((c) => Object.hasOwn(n.labels, c.topologyKey));
    // Nodes without a key that nobody asked for are none the worse for it.
    const ignored = new Set(bySystem ? [] : nodes.filter(lacks).map((n) => n.name));
    const counted = nodes.filter((n) => !ignored.has(n.name));
    const spreads = constraints.map((constraint) => {
      const { topologyKey } = constraint;
      const values = counted.flatMap((n) => (Object.hasOwn(n.labels, topologyKey) ? [n.labels[topologyKey]!] : []));
      return { constraint, domains: new Map(values.map((v) => [v, 0])) };
    });
    for (const { constraint, domains } of spreads) {
      if (!domains.size || constraint.selector.empty) continue;
      for (const [name, n] of cluster.matches.of(pod.namespace, constraint.selector)) {
        const node = cluster.nodes.get(name);
        const value = node?.labels[constraint.topologyKey];
        if (!node || value === undefined || !domains.has(value)) continue;
        if ((!bySystem && lacks(node)) || !counts(constraint, pod, node)) continue;
        domains.set(value, domains.get(value)! + n);
      }
    }
    return { spreads, ignored };
  },
  score(_pod, node, { spreads, ignored }) {
    if (ignored.has(node.name)) return 0;
    let sum = 0;
    for (const { constraint, domains } of spreads) {
      if (!Object.hasOwn(node.labels, constraint.topologyKey)) continue;
      // The more domains there are, the more one pod too many in one of them weighs.
      const weight = Math.log(domains.size + 2);
      sum += (domains.get(node.labels[constraint.topologyKey]!) ?? 0) * weight + (constraint.maxSkew - 1);
    }
    return Math.round(sum);
  },
  normalize(scores, nodes, { ignored }) {
    const counted = scores.filter((_s, i) => !ignored.has(nodes[i]!.name));
    const [min, max] = [Math.min(...counted), Math.max(...counted, 0)];
    for (let i = 0; i < scores.length; i++) {
      if (ignored.has(nodes[i]!.name)) scores[i] = 0;
      else scores[i] = max === 0 ? maxScore : Math.floor((maxScore * (max + min - scores[i]!)) / max);
    }
  },

  helps(pod, event) {
    switch (event.type) {
      case 'node-added':
        return true;
      case 'node-updated':
        return event.changed.has('labels') || event.changed.has('taints');
      case 'pod-updated':
        return event.changed.has('labels') && event.pod.namespace === pod.namespace;
      default:
        return event.pod.namespace === pod.namespace;
    }
  },
};

const parsed = new WeakMap<TopologySpreadConstraint, Constraint>();

function constraintsOf({ pod }: PodInfo, when: TopologySpreadConstraint['whenUnsatisfiable']): Constraint[] {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter((c) => c.whenUnsatisfiable === when)
    .map((c) => {
      let known = parsed.get(c);
      if (!known) {
        known = {
          maxSkew: c.maxSkew,
          topologyKey: c.topologyKey,
          selector: labelSelectorOf(c.labelSelector),
          minDomains: c.minDomains ?? 1,
          honorAffinity: c.nodeAffinityPolicy !== 'Ignore',
          honorTaints: c.nodeTaintsPolicy === 'Honor',
        };
        parsed.set(c, known);
      }
      return known;
    });
}

/** How pods are spread that don't say so themselves, with the others of their services and their set (KEP-1258). */
function systemConstraints(pod: PodInfo, { groups }: ClusterState): Constraint[] {
  const selector = groups.selectorFor(pod);
  if (!selector) return [];
  const shared = { selector, minDomains: 1, honorAffinity: true, honorTaints: false };
  return [
    { ...shared, maxSkew: 3, topologyKey: 'kubernetes.io/hostname' },
    { ...shared, maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone' },
  ];
}

/** Whether the node's pods count: by default nodes the pod's own node affinity rules out don't, tainted ones do. */
function counts(c: Constraint, pod: PodInfo, node: NodeInfo): boolean {
  if (c.honorAffinity && nodeAffinity.filter!(pod, node, undefined)) return false;
  if (!c.honorTaints) return true;
  return node.taints.every((t) => t.effect === 'PreferNoSchedule' || toleratesAny(pod.pod.spec.tolerations, t));
}

function matching({ selector }: Constraint, pod: PodInfo, cluster: ClusterState, node: NodeInfo): number {
  return selector.empty ? 0 : (cluster.matches.of(pod.namespace, selector).get(node.name) ?? 0);
}

const spreads = (c: Constraint, pod: PodInfo, other: PodInfo): boolean =>
  !other.terminating && other.namespace === pod.namespace && c.selector.matches(other.labels);

function change(state: readonly Spread[], pod: PodInfo, other: PodInfo, node: NodeInfo, by: number): void {
  for (const { constraint, domains } of state) {
    const value = Object.hasOwn(node.labels, constraint.topologyKey) ? node.labels[constraint.topologyKey] : undefined;
    if (value === undefined || !domains.has(value) || !counts(constraint, pod, node)) continue;
    if (spreads(constraint, pod, other)) domains.set(value, domains.get(value)! + by);
  }
}
