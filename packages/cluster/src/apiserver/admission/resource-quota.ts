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
import { deepCopy, inKeyOrder, type KubeObject } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Registry } from '../registry/registry.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

interface QuotaDeps {
  readonly objects: ClusterObjects;
  readonly clock: Clock;
  /** The registry of quotas, in whose objects the usage is kept. */
  readonly quotas: () => Registry;
}

/** What is never counted: it isn't kept, or not for long. */
const uncounted = new Set(['events', 'bindings', 'localsubjectaccessreviews']);

/**
 * Charges what is made to the quotas of its namespace, and refuses what they have no room for. A charge is a write to the
 * quota's own status at the revision that was looked at, so of two that want the last of something one is refused.
 */
export const resourceQuotas = ({ objects, clock, quotas }: QuotaDeps): AdmissionPlugin => ({
  name: 'ResourceQuota',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['*', 'pods/resize', 'persistentvolumeclaims/status'] },
  isIdle: () => !objects.has(resourceQuota),
  async validate(a) {
    if (!a.namespace || a.resource === 'namespaces' || uncounted.has(a.resource)) return;
    const there = objects.listIn(resourceQuota, a.namespace);
    if (!there.length || !isCounted(a)) return;
    const counter = quotaCounter(a.group, a.resource);
    const now = clock.now();
    const charges = there.filter((quota) => chargeFor(quota, a, { counter, now }) !== undefined);
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
        next: (current) => charged(current as unknown as ResourceQuota, a, { counter, now }) as unknown as KubeObject,
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

/** What the quota is to be charged with; nothing when the write is none of its business. Refuses what it has no room for. */
function chargeFor(quota: ResourceQuota, a: AdmissionAttributes, { counter, now }: Counting): ResourceList | undefined {
  const object = a.object!;
  if (!countsIn(quota, counter, object)) return undefined;
  const name = quota.metadata.name ?? '';
  const { hard = {}, used = {} } = quota.status;
  const limited = Object.keys(hard).filter((n) => counter.concerns(n));
  const missing = counter.missing?.(object, limited);
  if (missing) throw refuse(a, `failed quota: ${name}: ${missing}`);
  if (limited.some((n) => used[n] === undefined)) {
    throw refuse(a, `status unknown for quota: ${name}, resources: ${limited.sort().join(',')}`);
  }
  const before = a.operation === 'UPDATE' && countsIn(quota, counter, a.oldObject!) ? a.oldObject : undefined;
  const usage = counter.usage(object, now);
  const more = before ? excessOf(usage, counter.usage(before, now)) : withoutZeros(usage);
  const charge = only(more, Object.keys(hard));
  if (!Object.keys(charge).length) return undefined;
  const over = a.subresource === 'status' ? [] : exceeding(only(addAmounts(used, charge), Object.keys(charge)), hard);
  if (over.length) {
    const [requested, taken, most] = [charge, used, hard].map((list) => printed(only(list, over)));
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
  const charge = chargeFor(quota, a, counting);
  const next = deepCopy(quota);
  if (charge) next.status.used = inKeyOrder(addAmounts(quota.status.used ?? {}, charge)) as Record<string, string>;
  return next;
}
