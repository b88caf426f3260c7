import { labelSelectorOf, type Selector } from '@tiphys/sdk/machinery';
import type { ClusterState } from '../cluster-state.ts';
import type { TopologySpreadConstraint } from '@tiphys/sdk/api';
import { maxScore, type SchedulerPlugin, unresolvable, unschedulable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { nodeAffinity } from './node-affinity.ts';
import { endures } from './taint-toleration.ts';

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

interface Preference {
  readonly constraint: Constraint;
  /** The more domains there are, the more one pod too many in one of them weighs. */
  readonly weight: number;
  /** Matching pods of the node's domain. */
  readonly count: (node: NodeInfo) => number;
}

interface ScoreState {
  readonly preferences: readonly Preference[];
  /** Nodes that lack a key of a constraint get no score. */
  readonly ignored: ReadonlySet<string>;
}

/** Pods spread evenly over zones, hosts, whatever the topology key names. */
export const podTopologySpread: SchedulerPlugin<readonly Spread[], ScoreState> = {
  name: 'PodTopologySpread',
  judgesTaints: true,
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
    const preferences = constraints.map((constraint): Preference => {
      const { topologyKey, selector } = constraint;
      const byNode = selector.empty ? nobody : cluster.matches.of(pod.namespace, selector);
      // Each host is a domain of its own, whatever its label says.
      if (topologyKey === 'kubernetes.io/hostname') {
        return { constraint, weight: weightOf(counted.length), count: (node) => byNode.get(node.name) ?? 0 };
      }
      // Nodes without the key are one more domain.
      const domains = new Map(counted.map((n) => [n.labels[topologyKey] ?? '', 0]));
      for (const [name, n] of byNode) {
        const node = cluster.nodes.get(name);
        const known = domains.get(node?.labels[topologyKey] ?? '');
        if (!node || known === undefined || (!bySystem && lacks(node)) || !counts(constraint, pod, node)) continue;
        domains.set(node.labels[topologyKey] ?? '', known + n);
      }
      return {
        constraint,
        weight: weightOf(domains.size),
        count: (node) => domains.get(node.labels[topologyKey] ?? '') ?? 0,
      };
    });
    return { preferences, ignored };
  },
  score(_pod, node, { preferences, ignored }) {
    if (ignored.has(node.name)) return 0;
    let sum = 0;
    for (const { constraint, weight, count } of preferences) {
      if (!Object.hasOwn(node.labels, constraint.topologyKey)) continue;
      sum += count(node) * weight + (constraint.maxSkew - 1);
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
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    const isDomain = ({ labels }: NodeInfo) => constraints.every((c) => Object.hasOwn(labels, c.topologyKey));
    switch (event.type) {
      case 'node-added':
      case 'node-deleted':
        return isDomain(event.node);
      case 'node-updated': {
        const { node, old, changed } = event;
        if (isDomain(node) !== isDomain(old)) return true;
        const moved = constraints.some((c) => node.labels[c.topologyKey] !== old.labels[c.topologyKey]);
        return isDomain(node) && (moved || changed.has('taints'));
      }
      case 'self-updated':
      case 'pod-updated': {
        const { pod: next, old, changed } = event;
        if (next.uid === pod.uid && changed.has('tolerations') && constraints.some((c) => c.honorTaints)) return true;
        if (next.namespace !== pod.namespace) return false;
        return constraints.some((c) => c.selector.matches(next.labels) !== c.selector.matches(old.labels));
      }
      default:
        return event.pod.namespace === pod.namespace && constraints.some((c) => c.selector.matches(event.pod.labels));
    }
  },
};

const nobody: ReadonlyMap<string, number> = new Map();
const weightOf = (domains: number): number => Math.log(domains + 2);

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
  return !c.honorTaints || endures(pod, node);
}

function matching({ selector }: Constraint, pod: PodInfo, cluster: ClusterState, node: NodeInfo): number {
  return selector.empty ? 0 : (cluster.matches.of(pod.namespace, selector).get(node.name) ?? 0);
}

function change(state: readonly Spread[], pod: PodInfo, other: PodInfo, node: NodeInfo, by: number): void {
  for (const { constraint, domains } of state) {
    const value = Object.hasOwn(node.labels, constraint.topologyKey) ? node.labels[constraint.topologyKey] : undefined;
    if (value === undefined || !domains.has(value) || !counts(constraint, pod, node)) continue;
    if (other.namespace !== pod.namespace || !constraint.selector.matches(other.labels)) continue;
    domains.set(value, domains.get(value)! + by);
  }
}
