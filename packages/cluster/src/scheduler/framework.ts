import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { ClusterState } from './cluster-state.ts';

/**
 * Why a node won't do. `unresolvable`: removing pods from it can't change that, so preemption needn't look
 * (upstream's UnschedulableAndUnresolvable).
 */
export interface Rejection {
  readonly reasons: readonly string[];
  readonly unresolvable: boolean;
}

/** A change in the cluster that may make an unschedulable pod schedulable. */
export type ClusterEvent =
  | { readonly type: 'node-added' | 'node-deleted'; readonly node: NodeInfo }
  | {
      readonly type: 'node-updated';
      readonly node: NodeInfo;
      readonly old: NodeInfo;
      readonly changed: ReadonlySet<NodeAspect>;
    }
  | { readonly type: 'pod-added' | 'pod-deleted'; readonly pod: PodInfo }
  /** A pod that has a node, or (`self-updated`) the one that waits. */
  | {
      readonly type: 'pod-updated' | 'self-updated';
      readonly pod: PodInfo;
      readonly old: PodInfo;
      readonly changed: ReadonlySet<PodAspect>;
    };

/** What matters of a pod's change to where it, or others, may go. */
export type PodAspect = 'labels' | 'scaled-down' | 'tolerations';

export type NodeAspect = 'allocatable' | 'labels' | 'taints' | 'unschedulable' | 'declared-features';

export interface PreFilterResult<S> {
  /** Nothing to check for this pod: its filter isn't called. */
  readonly skip?: boolean;
  readonly state?: S;
  /** Only these nodes come into question. */
  readonly nodeNames?: ReadonlySet<string>;
  /** No node at all comes into question. */
  readonly refused?: Rejection;
}

/**
 * One scheduling rule, under upstream's extension points. It reads the cluster state and calls nothing; what it works out
 * once per pod (`preFilter`, `preScore`) is handed to its `filter` and `score`.
 */
export interface SchedulerPlugin<S = unknown, T = unknown> {
  readonly name: string;
  /** Keeps the pod out of the queue while it answers false. */
  preEnqueue?(pod: PodInfo): boolean;
  preFilter?(pod: PodInfo, cluster: ClusterState): PreFilterResult<S>;
  filter?(pod: PodInfo, node: NodeInfo, state: S): Rejection | undefined;
  /** For preemption: a copy of the state that `addPod` and `removePod` may change. */
  copyState?(state: S): S;
  addPod?(state: S, pod: PodInfo, added: PodInfo, node: NodeInfo): void;
  removePod?(state: S, pod: PodInfo, removed: PodInfo, node: NodeInfo): void;
  /** Undefined: this plugin has no opinion on the pod and isn't asked for scores. What it throws keeps the pod waiting. */
  preScore?(pod: PodInfo, nodes: readonly NodeInfo[], cluster: ClusterState): T | undefined;
  score?(pod: PodInfo, node: NodeInfo, state: T): number;
  /** Brings scores to 0…100 in place. */
  normalize?(scores: number[], nodes: readonly NodeInfo[], state: T): void;
  readonly weight?: number;
  /** Whether this change can help a pod that this plugin turned away. */
  helps?(pod: PodInfo, event: ClusterEvent): boolean;
  /** `helps` judges taints too. For others they always help: a node that comes is tainted at first, and who was turned away then waits. */
  readonly judgesTaints?: boolean;
}

export type AnyPlugin = SchedulerPlugin<unknown, unknown>;

export const maxScore = 100;

export const unschedulable = (...reasons: string[]): Rejection => ({ reasons, unresolvable: false });
export const unresolvable = (...reasons: string[]): Rejection => ({ reasons, unresolvable: true });

/** Upstream's default normalisation: the highest becomes 100; `reverse` turns it over. */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  const max = Math.max(0, ...scores);
  for (let i = 0; i < scores.length; i++) {
    const share = max === 0 ? 0 : Math.floor((scores[i]! * maxScore) / max);
    scores[i] = reverse ? maxScore - share : share;
  }
}
