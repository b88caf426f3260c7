import {
  type Deployment,
  deployment,
  type LabelSelector,
  type Pod,
  type PodDisruptionBudget,
  replicaSet,
  replicationController,
  statefulSet,
} from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import type { KubeObject, OwnerReference } from '@tiphys/sdk/machinery';
import { controllerOf } from '@tiphys/sdk/operator';

/** How many pods there ought to be, how many of them must be healthy, and those that nobody keeps. */
export interface Expectation {
  readonly expected: number;
  readonly desired: number;
  readonly unmanaged: readonly string[];
}

export function expectationOf(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  scaleOf: (p: Pod, owner: OwnerReference) => number,
): Expectation {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable !== 'string') {
    const none = minAvailable === undefined;
    return { expected: none ? 0 : pods.length, desired: minAvailable ?? 0, unmanaged: [] };
  }
  const { expected, unmanaged } = scales(pods, scaleOf);
  const desired =
    maxUnavailable === undefined ? shareOf(minAvailable!, expected) : expected - shareOf(maxUnavailable, expected);
  return { expected, desired: Math.max(0, desired), unmanaged };
}

/** Each controller of the pods counts once. */
function scales(pods: readonly Pod[], scaleOf: (p: Pod, owner: OwnerReference) => number) {
  const byOwner = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const p of pods) {
    const owner = controllerOf(p);
    if (!owner) unmanaged.push(p.metadata.name!);
    else if (!byOwner.has(owner.uid)) byOwner.set(owner.uid, scaleOf(p, owner));
  }
  return { expected: [...byOwner.values()].reduce((sum, n) => sum + n, 0), unmanaged };
}

/** So many, or so many in a hundred of all, rounded up. */
function shareOf(share: number | string, all: number): number {
  if (typeof share === 'number') return share;
  if (!/^\d+%$/.test(share)) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage');
  return Math.ceil((Number(share.slice(0, -1)) * all) / 100);
}

/** How many pods the controller of this one means there to be. */
export const scaleIn =
  (cache: CacheView) =>
  (p: Pod, owner: OwnerReference): number => {
    const namespace = p.metadata.namespace!;
    const replicas = replicasOf(cache, namespace, owner);
    if (replicas === undefined) throw new Error(`found no controllers for pod ${JSON.stringify(p.metadata.name)}`);
    return replicas;
  };

function replicasOf(cache: CacheView, namespace: string, { kind, apiVersion, name, uid }: OwnerReference) {
  const same = <O extends KubeObject>(o: O | undefined): O | undefined => (o?.metadata.uid === uid ? o : undefined);
  if (kind === 'ReplicationController' && apiVersion === 'v1') {
    return same(cache.get(replicationController, namespace, name))?.spec.replicas;
  }
  if (!apiVersion.startsWith('apps/')) return undefined;
  if (kind === 'StatefulSet') return same(cache.get(statefulSet, namespace, name))?.spec.replicas;
  if (kind !== 'ReplicaSet') return undefined;
  const set = same(cache.get(replicaSet, namespace, name));
  const above = set && controllerOf(set);
  if (!above || above.kind !== 'Deployment') return set?.spec.replicas;
  const found: Deployment | undefined = cache.get(deployment, namespace, above.name);
  return found?.metadata.uid === above.uid ? found.spec.replicas : undefined;
}

/** A selector as upstream's events print it. */
export function printedSelector(selector: LabelSelector | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
