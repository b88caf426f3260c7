import type { Node, Taint } from '@tiphys/sdk/api';
import { clash, type HostPort, type PodInfo } from './pod-info.ts';
import { add, type Amounts, amounts } from './resources.ts';

/** Most nodes have none; they share this one, which is quick to look into. */
const noTaints: readonly Taint[] = [];

/** A node and what runs on it, with the sums kept as pods come and go. */
export class NodeInfo {
  readonly name: string;
  node: Node;
  allocatable: Amounts;
  labels: Readonly<Record<string, string>>;
  isCordoned: boolean;
  taints: readonly Taint[];
  readonly pods = new Map<string, PodInfo>();
  readonly requested: Amounts = { cpu: 0, memory: 0 };
  readonly assumedRequested: Amounts = { cpu: 0, memory: 0 };
  /** Pods with required anti-affinity terms: they keep others away. */
  readonly repelling = new Map<string, PodInfo>();
  /** Pods with any affinity term: they draw others in or push them off when scores are made. */
  readonly opinionated = new Map<string, PodInfo>();
  images: ReadonlyMap<string, number>;

  constructor(node: Node) {
    this.name = node.metadata.name ?? '';
    this.node = node;
    this.allocatable = amounts(node.status.allocatable);
    this.labels = node.metadata.labels ?? {};
    this.isCordoned = Boolean(node.spec.unschedulable);
    this.taints = node.spec.taints ?? noTaints;
    this.images = imageSizes(node);
  }

  update(node: Node): void {
    const old = this.node;
    this.node = node;
    this.labels = node.metadata.labels ?? {};
    this.isCordoned = Boolean(node.spec.unschedulable);
    this.taints = node.spec.taints ?? noTaints;
    if (old.status.allocatable !== node.status.allocatable) this.allocatable = amounts(node.status.allocatable);
    if (old.status.images !== node.status.images) this.images = imageSizes(node);
  }

  add(pod: PodInfo): void {
    this.remove(pod.uid);
    this.pods.set(pod.uid, pod);
    add(this.requested, pod.requests);
    add(this.assumedRequested, pod.assumedOnNode);
    if (pod.requiredAntiAffinity.length) this.repelling.set(pod.uid, pod);
    if (hasAffinity(pod)) this.opinionated.set(pod.uid, pod);
  }

  remove(uid: string): PodInfo | undefined {
    const pod = this.pods.get(uid);
    if (!pod) return undefined;
    this.pods.delete(uid);
    add(this.requested, pod.requests, -1);
    add(this.assumedRequested, pod.assumedOnNode, -1);
    this.repelling.delete(uid);
    this.opinionated.delete(uid);
    return pod;
  }

  /** The port is taken. */
  conflicts(wanted: HostPort): boolean {
    for (const pod of this.pods.values()) if (pod.hostPorts.some((used) => clash(used, wanted))) return true;
    return false;
  }

  /** For preemption: a copy whose pods can be taken away without anybody noticing. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.node);
    for (const pod of this.pods.values()) copy.add(pod);
    return copy;
  }
}

export const hasAffinity = (p: PodInfo): boolean =>
  p.requiredAffinity.length +
    p.requiredAntiAffinity.length +
    p.preferredAffinity.length +
    p.preferredAntiAffinity.length >
  0;

function imageSizes(node: Node): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const image of node.status.images ?? [])
    for (const name of image.names ?? []) sizes.set(name, image.sizeBytes ?? 0);
  return sizes;
}
