import type { PodDisruptionBudget } from '@tiphys/sdk/api';
import { labelSelectorOf } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
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
  /** How many of them leave though their disruption budgets don't allow it. */
  readonly violations: number;
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
  /** Where on large clusters the search begins. */
  readonly random: Random;
}

/**
 * Upstream's DefaultPreemption: the node where removing pods of lower priority lets the pod in at the least harm, or the words
 * that say why there is none.
 */
export function preempt(pod: PodInfo, cluster: ClusterState, refused: Refused): Preemption | NoRoom {
  const { rejections, random } = refused;
  const ineligible = (why: string): NoRoom => ({ eligible: false, why: `not eligible due to ${why}.` });
  if (pod.pod.spec.preemptionPolicy === 'Never') return ineligible('preemptionPolicy=Never');
  const promised = cluster.nodes.get(pod.pod.status.nominatedNodeName ?? '');
  if (promised && !rejections.get(promised.name)?.unresolvable) {
    const leaving = [...promised.pods.values()].some((p) => p.priority < pod.priority && isMakingRoom(p));
    if (leaving) return ineligible('a terminating pod on the nominated node');
  }

  const hopeful = cluster.ordered.filter((n) => !rejections.get(n.name)?.unresolvable);
  const outcomes = Array.from({ length: cluster.nodes.size - hopeful.length }, () => hopeless);
  const candidates: Preemption[] = [];
  const enough = candidatesToFind(hopeful.length);
  const first = hopeful.length ? random.int(hopeful.length) : 0;
  for (let i = 0; i < hopeful.length; i++) {
    if (candidates.length >= enough && candidates.some((c) => !c.violations)) break;
    const outcome = victimsOn(pod, hopeful[(first + i) % hopeful.length]!, cluster, refused);
    if ('reasons' in outcome) outcomes.push(outcome);
    else candidates.push(outcome);
  }
  return leastHarm(candidates) ?? { eligible: true, why: fitMessage(cluster.nodes.size, outcomes) };
}

const hopeless = unresolvable('Preemption is not helpful for scheduling');

/** Of all nodes where somebody's leaving may help, a tenth, at least 100. */
const candidatesToFind = (nodes: number): number => Math.min(nodes, Math.max(100, Math.floor(nodes / 10)));

/** It goes because a pod of higher priority was given its place. */
const isMakingRoom = ({ terminating, pod }: PodInfo): boolean =>
  terminating &&
  (pod.status.conditions ?? []).some(
    (c) => c.type === 'DisruptionTarget' && c.status === 'True' && c.reason === 'PreemptionByScheduler',
  );

function victimsOn(
  pod: PodInfo,
  node: NodeInfo,
  { budgets }: ClusterState,
  { prepared, check }: Refused,
): Preemption | Rejection {
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

  // Give back as many as possible, those first that mustn't go, and the most important; who can't come back is a victim.
  const { protectedPods, others } = byBudget(byImportance(lower), [...budgets.values()]);
  const stays = (p: PodInfo): boolean => {
    restore(p);
    if (!check(pod, trial, states)) return true;
    remove(p);
    return false;
  };
  const violating = protectedPods.filter((p) => !stays(p));
  const victims = [...violating, ...others.filter((p) => !stays(p))].sort(moreImportantFirst);
  return { node, victims, violations: violating.length };
}

/** Whose leaving, after those before them, is more than a disruption budget allows. */
function byBudget(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]) {
  const left = budgets.map((b) => b.status.disruptionsAllowed);
  const protectedPods: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const p of pods) {
    let isProtected = false;
    for (const [i, { metadata, spec, status }] of budgets.entries()) {
      const selector = labelSelectorOf(spec.selector);
      if (metadata.namespace !== p.namespace || selector.empty || !selector.matches(p.labels)) continue;
      // The API has let it go already.
      if (status.disruptedPods && Object.hasOwn(status.disruptedPods, p.name)) continue;
      if (--left[i]! < 0) isProtected = true;
    }
    (isProtected ? protectedPods : others).push(p);
  }
  return { protectedPods, others };
}

/** Of those that haven't started, upstream keeps who came last. */
function byImportance(pods: readonly PodInfo[]): PodInfo[] {
  const hasStarted = (p: PodInfo) => startOf(p) < Infinity;
  return [...pods.filter(hasStarted), ...pods.filter((p) => !hasStarted(p)).reverse()].sort(moreImportantFirst);
}

const startOf = (p: PodInfo): number => Date.parse(p.pod.status.startTime ?? '') || Infinity;

/** Higher priority first, then who has run longer. */
const moreImportantFirst = (a: PodInfo, b: PodInfo): number =>
  b.priority - a.priority || (startOf(a) === startOf(b) ? 0 : startOf(a) - startOf(b));

/**
 * Fewest violated budgets, then lowest highest priority among the victims, then lowest sum of priorities, then fewest, then the latest start of the most
 * important victims; then the first.
 */
function leastHarm(candidates: readonly Preemption[]): Preemption | undefined {
  const rank = ({ victims, violations }: Preemption) => {
    const highest = victims[0]?.priority ?? -(2 ** 31);
    const top = victims.filter((v) => v.priority === highest);
    return [
      violations,
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
