import type { KubeObject } from '../../../machinery/index.ts';
import type { ResourceList } from '../pod/resource-totals.ts';
import type { ResourceQuota } from '../resourcequota.ts';
import type { ScopedResourceSelectorRequirement } from '../scope-selector.ts';

/** How one kind of object counts in quotas. */
export interface QuotaCounter {
  /** Which of the names that a quota limits are this kind's. */
  concerns(name: string): boolean;
  usage(object: KubeObject, now: number): ResourceList;
  inScope(object: KubeObject, selector: ScopedResourceSelectorRequirement): boolean;
  /** What of the names an object doesn't say though it must. */
  missing?(object: KubeObject, names: readonly string[]): string | undefined;
}

const one = '1';
/** Kinds that were counted by their plain names before all were by `count/`. */
const plainlyCounted = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'];

export const countName = (group: string, resource: string): string => `count/${resource}${group ? `.${group}` : ''}`;

/** A kind that is only counted. */
export function objectCounter(group: string, resource: string): QuotaCounter {
  const names = [countName(group, resource), ...(!group && plainlyCounted.includes(resource) ? [resource] : [])];
  return {
    concerns: (name) => names.includes(name),
    usage: () => Object.fromEntries(names.map((name) => [name, one])),
    inScope: () => false,
  };
}

/** The scopes of a quota, however they are said. */
export const scopesOf = ({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] => [
  ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }) as ScopedResourceSelectorRequirement),
  ...(spec.scopeSelector?.matchExpressions ?? []),
];

/** Whether the object counts in the quota. */
export const countsIn = (quota: ResourceQuota, counter: QuotaCounter, object: KubeObject): boolean =>
  Object.keys(quota.status.hard ?? {}).some((name) => counter.concerns(name)) &&
  scopesOf(quota).every((selector) => counter.inScope(object, selector));

/** A selector of names, asked of those that an object has. */
export function selectsName(
  { operator, values = [] }: ScopedResourceSelectorRequirement,
  names: readonly string[],
): boolean {
  if (operator === 'Exists') return names.length > 0;
  if (operator === 'DoesNotExist') return names.length === 0;
  if (operator === 'In') return names.some((name) => values.includes(name));
  return !names.length || names.some((name) => !values.includes(name));
}
