import type { Deployment, ReplicaSet } from '@tiphys/sdk/api';
import { annotationNumber, desiredAnnotation, maxAnnotation } from './annotations.ts';

/** How many pods a rollout may have beyond the wanted ones, and how many fewer. */
export interface Fences {
  readonly surge: number;
  readonly unavailable: number;
}

export function fences({ spec }: Deployment): Fences {
  if (spec.strategy.type !== 'RollingUpdate' || spec.replicas === 0) {
    return { surge: surgeOf(spec), unavailable: 0 };
  }
  const surge = surgeOf(spec);
  const unavailable = resolve(spec.strategy.rollingUpdate?.maxUnavailable ?? 0, spec.replicas, Math.floor);
  // Neither more nor fewer would never get anywhere.
  if (surge === 0 && unavailable === 0) return { surge, unavailable: 1 };
  return { surge, unavailable: Math.min(unavailable, spec.replicas) };
}

const surgeOf = ({ strategy, replicas }: Deployment['spec']) =>
  strategy.type === 'RollingUpdate' ? resolve(strategy.rollingUpdate?.maxSurge ?? 0, replicas, Math.ceil) : 0;

function resolve(value: number | string, total: number, round: (n: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * total) / 100);
}

export const specReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((n, rs) => n + rs.spec.replicas, 0);
export const actualReplicas = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((n, rs) => n + rs.status.replicas, 0);
export const availableReplicas = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((n, rs) => n + (rs.status.availableReplicas ?? 0), 0);

/** How large the new set may be now. */
export function newSetReplicas(d: Deployment, sets: readonly ReplicaSet[], current: number): number {
  if (d.spec.strategy.type !== 'RollingUpdate') return d.spec.replicas;
  const total = specReplicas(sets);
  const most = d.spec.replicas + fences(d).surge;
  if (total >= most) return current;
  return current + Math.min(most - total, d.spec.replicas - current);
}

/** A new size for a set. */
export interface Resize {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/**
 * Which old sets shrink now in a rolling update: first by their pods that don't work, then by what the new ones make up for.
 * A set that shrinks for both reasons is there twice.
 */
export function shrinkOld(d: Deployment, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): Resize[] {
  const all = newSet ? [...oldSets, newSet] : oldSets;
  if (specReplicas(oldSets) === 0) return [];
  const least = d.spec.replicas - fences(d).unavailable;
  const newUnavailable = newSet ? newSet.spec.replicas - (newSet.status.availableReplicas ?? 0) : 0;
  const spare = specReplicas(all) - least - newUnavailable;
  if (spare <= 0) return [];

  const sorted = oldSets.toSorted(byCreation);
  const sizes = new Map(sorted.map((rs) => [rs, rs.spec.replicas]));
  const shrink = (most: number, by: (rs: ReplicaSet) => number): Resize[] => {
    let left = Math.max(0, most);
    return sorted.flatMap((set) => {
      const size = sizes.get(set)!;
      const less = Math.min(left, Math.max(0, by(set)));
      left -= less;
      sizes.set(set, size - less);
      return less ? [{ set, replicas: size - less }] : [];
    });
  };
  const unhealthy = shrink(spare, (rs) => rs.spec.replicas - (rs.status.availableReplicas ?? 0));
  const cleaned = unhealthy.reduce((sum, { set, replicas }) => sum + set.spec.replicas - replicas, 0);
  // A set that has just been made smaller still counts pods as available that are about to go: what it was told bounds too.
  const healthy = shrink(Math.min(availableReplicas(all) - least, spare - cleaned), (rs) => sizes.get(rs)!);
  return [...unhealthy, ...healthy];
}

/**
 * Sizes after the Deployment was scaled amid a rollout: every set keeps its share of the whole, and what rounding leaves
 * over goes to the largest. Sets of unchanged size are in the answer too, since their annotations may need renewal.
 */
export function proportional(d: Deployment, sets: readonly ReplicaSet[]): Resize[] {
  const active = sets.filter((rs) => rs.spec.replicas > 0);
  const allowed = d.spec.replicas > 0 ? d.spec.replicas + fences(d).surge : 0;
  const toAdd = allowed - specReplicas(active);
  const sorted = active.toSorted(
    (a, b) => b.spec.replicas - a.spec.replicas || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)),
  );
  let added = 0;
  const sizes = sorted.map((rs) => {
    const share = toAdd === 0 || toAdd === added ? 0 : shareOf(rs, d);
    const left = toAdd - added;
    const change = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    added += change;
    return rs.spec.replicas + change;
  });
  if (toAdd !== 0 && sizes.length) sizes[0] = Math.max(0, sizes[0]! + toAdd - added);
  return sorted.map((set, i) => ({ set, replicas: sizes[i]! }));
}

/** How much the set grows or shrinks when the whole does. */
function shareOf(rs: ReplicaSet, d: Deployment): number {
  if (d.spec.replicas === 0) return -rs.spec.replicas;
  const before = annotationNumber(rs, maxAnnotation) || d.status.replicas || 0;
  if (before === 0) return 0;
  const after = d.spec.replicas + fences(d).surge;
  return Math.round((rs.spec.replicas * after) / before) - rs.spec.replicas;
}

/** The set alone has every pod that the Deployment wants. */
export function isSaturated(d: Deployment, rs: ReplicaSet | undefined): boolean {
  return (
    rs !== undefined &&
    annotationNumber(rs, desiredAnnotation) === d.spec.replicas &&
    rs.spec.replicas === d.spec.replicas &&
    rs.status.availableReplicas === d.spec.replicas
  );
}

/** The one set that a change of scale is for, when there is no rollout to share it. */
export function activeOrLatest(newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = [...oldSets, ...(newSet ? [newSet] : [])].filter((rs) => rs.spec.replicas > 0);
  if (active.length > 1) return undefined;
  return active[0] ?? newSet ?? oldSets.toSorted(byCreation).at(-1);
}

export const byCreation = (a: ReplicaSet, b: ReplicaSet): number => {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (x !== y) return x < y ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
};
