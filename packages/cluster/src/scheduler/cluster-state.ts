import type { Namespace, Node, PodDisruptionBudget } from '@tiphys/sdk/api';
import { MatchCounts } from './match-counts.ts';
import { NodeInfo } from './node-info.ts';
import { PodGroups } from './pod-groups.ts';
import type { PodInfo } from './pod-info.ts';

/**
 * What a scheduling cycle reads: every node with its pods, assumed ones included. A cycle never awaits, so this is its own
 * snapshot: nothing can change under it.
 */
export class ClusterState {
  readonly nodes = new Map<string, NodeInfo>();
  /** Nodes with a pod that repels others, and nodes with a pod that has any affinity: usually few, often none. */
  readonly repellingNodes = new Set<NodeInfo>();
  readonly opinionatedNodes = new Set<NodeInfo>();
  readonly namespaceLabels = new Map<string, Readonly<Record<string, string>>>();
  /** How many nodes hold an image, and how large the first of them says it is. */
  readonly images = new Map<string, { size: number; holders: number }>();
  readonly budgets = new Map<string, PodDisruptionBudget>();
  readonly groups = new PodGroups();
  readonly matches = new MatchCounts(() => [...this.nodes].map(([name, { pods }]) => [name, pods.values()]));
  /** Pods bound to nodes that haven't been seen yet. */
  readonly #homeless = new Map<string, Map<string, PodInfo>>();
  #order: NodeInfo[] | undefined;

  /** Every node, zones taking turns, so that a scan that stops early doesn't favour one zone. */
  get ordered(): readonly NodeInfo[] {
    return (this.#order ??= byZoneInTurn([...this.nodes.values()]));
  }

  setNode(node: Node): NodeInfo {
    const name = node.metadata.name ?? '';
    let info = this.nodes.get(name);
    if (info) {
      if (zoneOf(info.node) !== zoneOf(node)) this.#order = undefined;
      this.#countImages(info, -1);
      info.update(node);
    } else {
      info = new NodeInfo(node);
      this.nodes.set(name, info);
      this.#order = undefined;
      for (const pod of this.#homeless.get(name)?.values() ?? []) this.#place(info, pod);
      this.#homeless.delete(name);
    }
    this.#countImages(info, 1);
    return info;
  }

  removeNode(name: string): void {
    const info = this.nodes.get(name);
    if (!info) return;
    this.nodes.delete(name);
    this.#order = undefined;
    this.#countImages(info, -1);
    this.repellingNodes.delete(info);
    this.opinionatedNodes.delete(info);
    for (const pod of info.pods.values()) this.matches.change(name, pod, -1);
    if (info.pods.size) this.#homeless.set(name, new Map(info.pods));
  }

  addPod(nodeName: string, pod: PodInfo): void {
    const info = this.nodes.get(nodeName);
    if (info) this.#place(info, pod);
    else {
      const waiting = this.#homeless.get(nodeName) ?? new Map<string, PodInfo>();
      this.#homeless.set(nodeName, waiting.set(pod.uid, pod));
    }
  }

  removePod(nodeName: string, uid: string): void {
    const info = this.nodes.get(nodeName);
    if (info) {
      const gone = info.remove(uid);
      if (gone) this.matches.change(nodeName, gone, -1);
      this.#classify(info);
      return;
    }
    const waiting = this.#homeless.get(nodeName);
    waiting?.delete(uid);
    if (waiting?.size === 0) this.#homeless.delete(nodeName);
  }

  #place(info: NodeInfo, pod: PodInfo): void {
    const before = info.pods.get(pod.uid);
    if (before) this.matches.change(info.name, before, -1);
    info.add(pod);
    this.matches.change(info.name, pod, 1);
    this.#classify(info);
  }

  #classify(info: NodeInfo): void {
    if (info.repelling.size) this.repellingNodes.add(info);
    else this.repellingNodes.delete(info);
    if (info.opinionated.size) this.opinionatedNodes.add(info);
    else this.opinionatedNodes.delete(info);
  }

  #countImages(info: NodeInfo, by: number): void {
    for (const [name, size] of info.images) {
      const known = this.images.get(name);
      if (!known) this.images.set(name, { size, holders: by });
      else if ((known.holders += by) <= 0) this.images.delete(name);
    }
  }

  setBudget(next: PodDisruptionBudget | undefined, old: PodDisruptionBudget | undefined): void {
    const { namespace = '', name = '' } = (next ?? old)!.metadata;
    if (next) this.budgets.set(`${namespace}/${name}`, next);
    else this.budgets.delete(`${namespace}/${name}`);
  }

  setNamespace(namespace: Namespace): void {
    this.namespaceLabels.set(namespace.metadata.name ?? '', namespace.metadata.labels ?? {});
  }
}

function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

function byZoneInTurn(nodes: readonly NodeInfo[]): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const n of nodes) {
    const zone = zones.get(zoneOf(n.node));
    if (zone) zone.push(n);
    else zones.set(zoneOf(n.node), [n]);
  }
  if (zones.size <= 1) return [...nodes];
  const out: NodeInfo[] = [];
  for (let i = 0; out.length < nodes.length; i++) for (const zone of zones.values()) if (zone[i]) out.push(zone[i]!);
  return out;
}
