import type { ClusterState } from './cluster-state.ts';
import type { Prepared, SchedulingCycle } from './cycle.ts';
import { fitMessage } from './fit-error.ts';
import { type Rejection, unresolvable } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

export interface Preemption {
  readonly node: NodeInfo;
  /** Most important first. */
  readonly victims: readonly PodInfo[];
}

/** Why nobody is to leave; whoever wasn't eligible keeps an earlier promise. */
export interface NoRoom {
  readonly eligible: boolean;
  readonly why: string;
}

/** What the cycle that found no node leaves to preemption. */
export interface Refused {
  readonly rejections: ReadonlyMap<string, Rejection>;
  readonly prepared: readonly Prepared[];
  /** Counts in the pods that were promised the node, as the cycle does. */
  readonly check: SchedulingCycle['check'];
}

/**
 * Upstream's DefaultPreemption: the node where removing pods of lower priority lets the pod in at the least harm, or the words
 * that say why there is none.
 */
export function preempt(pod: PodInfo, cluster: ClusterState, refused: Refused): Preemption | NoRoom {
  const { rejections } = refused;
  const ineligible = (why: string): NoRoom => ({ eligible: false, why: `not eligible due to ${why}.` });
  if (pod.pod.spec.preemptionPolicy === 'Never') return ineligible('preemptionPolicy=Never');
  const promised = cluster.nodes.get(pod.pod.status.nominatedNodeName ?? '');
  if (promised && !rejections.get(promised.name)?.unresolvable) {
    const leaving = [...promised.pods.values()].some((p) => p.priority < pod.priority && p.terminating);
    if (leaving) return ineligible('a terminating pod on the nominated node');
  }

  const outcomes = new Map<string, Rejection>();
  const candidates: Preemption[] = [];
  for (const node of cluster.ordered) {
    if (rejections.get(node.name)?.unresolvable) {
      outcomes.set(node.name, unresolvable('Preemption is not helpful for scheduling'));
      continue;
    }
    const outcome = victimsOn(pod, node, refused);
    if ('reasons' in outcome) outcomes.set(node.name, outcome);
    else candidates.push({ node, victims: outcome });
  }
  return leastHarm(candidates) ?? { eligible: true, why: fitMessage(cluster.nodes.size, outcomes.values()) };
}

function victimsOn(pod: PodInfo, node: NodeInfo, { prepared, check }: Refused): PodInfo[] | Rejection {
  const lower = [...node.pods.values()].filter((p) => p.priority < pod.priority);
  if (!lower.length) return unresolvable('No preemption victims found for incoming pod');
  const trial = node.copy();
  const states = prepared.map(({ plugin, state }) => ({
    plugin,
    state: plugin.copyState ? plugin.copyState(state) : state,
  }));
  const remove = (p: PodInfo) => {
    trial.remove(p.uid);
    for (const { plugin, state } of states) plugin.removePod?.(state, pod, p, node);
  };
  const restore = (p: PodInfo) => {
    trial.add(p);
    for (const { plugin, state } of states) plugin.addPod?.(state, pod, p, node);
  };
  lower.forEach(remove);
  const refusal = check(pod, trial, states);
  if (refusal) return refusal.rejection;

  // Give back as many as possible, the most important first; who can't come back is a victim.
  const victims: PodInfo[] = [];
  for (const p of lower.sort(moreImportantFirst)) {
    restore(p);
    if (!check(pod, trial, states)) continue;
    remove(p);
    victims.push(p);
  }
  return victims;
}

const startOf = (p: PodInfo): number =>
  Date.parse(p.pod.status.startTime ?? p.pod.metadata.creationTimestamp ?? '') || 0;

/** Higher priority first, then who has run longer. */
const moreImportantFirst = (a: PodInfo, b: PodInfo): number => b.priority - a.priority || startOf(a) - startOf(b);

/**
 * Lowest highest priority among the victims, then lowest sum of priorities, then fewest, then the latest start of the most
 * important victims; then the first.
 */
function leastHarm(candidates: readonly Preemption[]): Preemption | undefined {
  const rank = ({ victims }: Preemption) => {
    const highest = victims[0]?.priority ?? -(2 ** 31);
    const top = victims.filter((v) => v.priority === highest);
    return [
      highest,
      victims.reduce((sum, v) => sum + v.priority + 2 ** 31, 0),
      victims.length,
      -Math.min(...top.map(startOf)),
    ];
  };
  let best: { candidate: Preemption; rank: number[] } | undefined;
  for (const candidate of candidates) {
    const own = rank(candidate);
    if (!best || precedes(own, best.rank)) best = { candidate, rank: own };
  }
  return best?.candidate;
}

function precedes(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((x, k) => x !== b[k]);
  return i !== -1 && a[i]! < b[i]!;
}
