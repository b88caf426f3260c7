import { addAmounts, countsIn, quotaCounter, type ResourceList, type ResourceQuota } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';

/** What of a quota's limits the objects of its namespace use: nothing is said of what no kind here counts for. */
export function usageIn(
  quota: ResourceQuota,
  kinds: readonly AnyKind[],
  { list, now }: { list: (kind: AnyKind) => readonly KubeObject[]; now: number },
): ResourceList {
  const { hard = {} } = quota.spec;
  const limited: ResourceQuota = { ...quota, status: { hard } };
  let used: ResourceList = {};
  for (const kind of kinds) {
    const counter = quotaCounter(kind.group, kind.plural);
    const names = Object.keys(hard).filter((name) => counter.concerns(name));
    if (!names.length) continue;
    used = { ...used, ...Object.fromEntries(names.map((name) => [name, '0'])) };
    for (const object of list(kind)) {
      if (!countsIn(limited, counter, object)) continue;
      const usage = counter.usage(object, now);
      const counted = names.flatMap((name) => (usage[name] === undefined ? [] : [[name, usage[name]] as const]));
      used = addAmounts(used, Object.fromEntries(counted));
    }
  }
  return used;
}

/** Whether a change gives something back: an object is gone, or counts for less than before. */
export function givesBack(
  kind: AnyKind,
  next: KubeObject | undefined,
  old: KubeObject | undefined,
  now: number,
): boolean {
  if (!old) return false;
  if (!next) return true;
  const counter = quotaCounter(kind.group, kind.plural);
  const [before, after] = [counter.usage(old, now), counter.usage(next, now)];
  return Object.entries(before).some(([name, amount]) => after[name] !== amount);
}
