import {
  addAmounts,
  countsIn,
  exceeding,
  excessOf,
  isTerminating,
  only,
  type Pod,
  quotaCounter,
  type QuotaCounter,
  type ResourceList,
  type ResourceQuota,
  resourceQuota,
  withoutZeros,
} from '@tiphys/sdk/api';
import { deepCopy, inKeyOrder, type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Registry } from '../registry/registry.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { type LimitedResource, printedScopes, uncoveredNames, uncoveredScopes } from './limited-resources.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

interface QuotaDeps {
  readonly objects: ClusterObjects;
  readonly clock: Clock;
  /** The registry of quotas, in whose objects the usage is kept. */
  readonly quotas: () => Registry;
  /** What may not be consumed at all without a quota. */
  readonly limited?: readonly LimitedResource[] | undefined;
}

/** What is never counted: it isn't kept, or not for long. */
const uncounted = new Set(['events', 'bindings', 'localsubjectaccessreviews']);

/**
 * Charges what is made to the quotas of its namespace, and refuses what they have no room for. A charge is a write to the
 * quota's own status at the revision that was looked at, so of two that want the last of something one is refused.
 */
export const resourceQuotas = ({ objects, clock, quotas, limited = [] }: QuotaDeps): AdmissionPlugin => ({
  name: 'ResourceQuota',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['*', 'pods/resize', 'persistentvolumeclaims/status'] },
  isIdle: () => !limited.length && !objects.has(resourceQuota),
  async validate(a) {
    if (!a.namespace || a.resource === 'namespaces' || uncounted.has(a.resource)) return;
    const there = objects.listIn(resourceQuota, a.namespace);
    if ((!there.length && !limited.length) || !isCounted(a)) return;
    const counting = { counter: quotaCounter(a.group, a.resource), now: clock.now() };
    const concerned = there.filter((quota) => countsIn(quota, counting.counter, a.object!));
    for (const quota of concerned) requireCountable(quota, a, counting);
    if (limited.length && consumesMore(concerned, a, counting))
      requireCover(limited, { there, concerned }, a, counting);
    const charges = concerned.filter((quota) => chargeFor(quota, a, counting) !== undefined);
    if (a.dryRun) return;
    for (const { metadata } of charges) {
      await quotas().update({
        namespace: a.namespace,
        name: metadata.name ?? '',
        user: a.user,
        dryRun: false,
        options: {},
        admitted: true,
        subresource: 'status',
        manager: { fieldManager: 'kube-apiserver', userAgent: '' },
        warn: () => {},
        next: (current) => charged(current as unknown as ResourceQuota, a, counting) as unknown as KubeObject,
      });
    }
  },
});

/** Whether this write can change what its object counts for. */
function isCounted({ operation, group, resource, subresource, object, oldObject }: AdmissionAttributes): boolean {
  if (operation === 'CREATE') return true;
  if (group !== '') return false;
  if (resource === 'pods')
    return subresource === 'resize' || isTerminating(oldObject as Pod) !== isTerminating(object as Pod);
  return resource === 'services' || resource === 'persistentvolumeclaims';
}

interface Counting {
  readonly counter: QuotaCounter;
  readonly now: number;
}

/** Refuses what the quota can't count: too little is said, or known. */
function requireCountable({ metadata, status }: ResourceQuota, a: AdmissionAttributes, { counter }: Counting): void {
  const { hard = {}, used = {} } = status;
  const named = Object.keys(hard).filter((n) => counter.concerns(n));
  const missing = counter.missing?.(a.object!, named);
  if (missing) throw refuse(a, `failed quota: ${metadata.name}: ${missing}`);
  if (named.some((n) => used[n] === undefined)) {
    throw refuse(a, `status unknown for quota: ${metadata.name}, resources: ${named.sort().join(',')}`);
  }
}

/** Whether the write has its object consume more than before, in any quota that concerns it or, where none does, at all. */
function consumesMore(concerned: readonly ResourceQuota[], a: AdmissionAttributes, counting: Counting): boolean {
  const all = concerned.length ? concerned.map((quota) => moreIn(quota, a, counting)) : [moreOf(a, counting)];
  return all.some((more) => Object.keys(more).length > 0);
}

/** Refuses what is limited and no quota covers. */
function requireCover(
  limited: readonly LimitedResource[],
  { there, concerned }: Readonly<Record<'there' | 'concerned', readonly ResourceQuota[]>>,
  a: AdmissionAttributes,
  { counter, now }: Counting,
): void {
  const { group, resource } = a;
  const object = a.object!;
  const names = uncoveredNames(limited, { group, resource, usage: counter.usage(object, now) }, concerned);
  if (names.length) throw refuse(a, `insufficient quota to consume: ${names.join(',')}`);
  const scopes = uncoveredScopes(limited, (scope) => counter.inScope(object, scope), there);
  // Upstream answers this as an error of its own, not as a refusal.
  if (scopes.length)
    throw new StatusError(500, '', `insufficient quota to match these scopes: ${printedScopes(scopes)}`);
}

/** What the object consumes more than before. */
const moreOf = (
  { object, oldObject }: Pick<AdmissionAttributes, 'object' | 'oldObject'>,
  { counter, now }: Counting,
): ResourceList => {
  const usage = counter.usage(object!, now);
  return oldObject ? excessOf(usage, counter.usage(oldObject, now)) : withoutZeros(usage);
};

/** The same as the quota sees it, in which it may not have counted before. */
function moreIn(quota: ResourceQuota, a: AdmissionAttributes, counting: Counting): ResourceList {
  const { object, oldObject } = a;
  const counted = a.operation === 'UPDATE' && countsIn(quota, counting.counter, oldObject!);
  return moreOf({ object, oldObject: counted ? oldObject : undefined }, counting);
}

/** What a quota that concerns the write is to be charged with, if anything. Refuses what it has no room for. */
function chargeFor(quota: ResourceQuota, a: AdmissionAttributes, counting: Counting): ResourceList | undefined {
  const { hard = {}, used = {} } = quota.status;
  const charge = only(moreIn(quota, a, counting), Object.keys(hard));
  if (!Object.keys(charge).length) return undefined;
  const over = a.subresource === 'status' ? [] : exceeding(only(addAmounts(used, charge), Object.keys(charge)), hard);
  if (over.length) {
    const [requested, taken, most] = [charge, used, hard].map((list) => printed(only(list, over)));
    const { name } = quota.metadata;
    throw refuse(a, `exceeded quota: ${name}, requested: ${requested}, used: ${taken}, limited: ${most}`);
  }
  return charge;
}

const printed = (list: ResourceList): string =>
  Object.entries(list)
    .map(([name, amount]) => `${name}=${amount}`)
    .sort()
    .join(',');

function charged(quota: ResourceQuota, a: AdmissionAttributes, counting: Counting): ResourceQuota {
  const next = deepCopy(quota);
  if (!countsIn(quota, counting.counter, a.object!)) return next;
  requireCountable(quota, a, counting);
  const charge = chargeFor(quota, a, counting);
  if (charge) next.status.used = inKeyOrder(addAmounts(quota.status.used ?? {}, charge)) as Record<string, string>;
  return next;
}
