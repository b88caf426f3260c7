import {
  type Container,
  containerTotals,
  type LimitRange,
  limitRange,
  type LimitRangeItem,
  type PersistentVolumeClaim,
  type Pod,
  type ResourceList,
  resourceRequirements,
} from '@tiphys/sdk/api';
import { compareQuantity, inKeyOrder, parseQuantity } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

const annotation = 'kubernetes.io/limit-ranger';

/** Gives containers what the limit ranges of their namespace say by default, and refuses what is beyond them. */
export const limitRanger = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'LimitRanger',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/resize', 'persistentvolumeclaims'] },
  isIdle: () => !objects.has(limitRange),

  admit(a) {
    if (a.resource !== 'pods' || (a.operation === 'UPDATE' && !a.subresource)) return;
    for (const range of rangesIn(objects, a.namespace)) fillPod(a.object as Pod, range);
  },

  validate(a) {
    if (
      a.operation === 'UPDATE' &&
      (a.resource === 'pods' ? !a.subresource : a.oldObject?.metadata.deletionTimestamp)
    ) {
      return;
    }
    for (const range of rangesIn(objects, a.namespace)) {
      const found = (range.spec.limits ?? []).flatMap((item) =>
        a.resource === 'pods'
          ? podProblems(a.object as Pod, item)
          : claimProblems(a.object as PersistentVolumeClaim, item),
      );
      const problems = [...new Set(found)];
      if (problems.length) throw refuse(a, problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
    }
  },
});

const rangesIn = (objects: ClusterObjects, namespace: string): readonly LimitRange[] =>
  objects.listIn(limitRange, namespace);

function fillPod({ metadata, spec }: Pod, range: LimitRange): void {
  const defaults: Record<'requests' | 'limits', Record<string, string>> = { requests: {}, limits: {} };
  for (const item of range.spec.limits ?? []) {
    if (item.type !== 'Container') continue;
    Object.assign(defaults.requests, item.defaultRequest);
    Object.assign(defaults.limits, item.default);
  }
  const done = [
    ...(spec.containers ?? []).flatMap((c) => fillContainer(c, 'container', defaults)),
    ...(spec.initContainers ?? []).flatMap((c) => fillContainer(c, 'init container', defaults)),
  ];
  if (!done.length) return;
  metadata.annotations = inKeyOrder({
    ...metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${done.join('; ')}`,
  });
}

function fillContainer(
  container: Container,
  what: string,
  defaults: Readonly<Record<'requests' | 'limits', ResourceList>>,
): string[] {
  const words = { requests: 'request', limits: 'limit' };
  return (['requests', 'limits'] as const).flatMap((list) => {
    const given = container.resources?.[list] ?? {};
    const missing = Object.keys(defaults[list])
      .filter((name) => given[name] === undefined)
      .sort();
    if (!missing.length) return [];
    const resources = container.resources ?? {};
    setFields(resourceRequirements, resources, { [list]: inKeyOrder({ ...defaults[list], ...given }) });
    container.resources = resources;
    return [`${missing.join(', ')} ${words[list]} for ${what} ${container.name}`];
  });
}

interface Asked {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
}

function podProblems(pod: Pod, item: LimitRangeItem): string[] {
  const { spec } = pod;
  if (item.type === 'Pod') {
    return problemsOf({ requests: askedInAll(pod, 'requests'), limits: askedInAll(pod, 'limits') }, item);
  }
  if (item.type !== 'Container') return [];
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    problemsOf({ requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }, item),
  );
}

/** What limits of pods are compared with: no overhead, and of the pod's own word processors and memory only. */
function askedInAll({ spec }: Pod, of: 'requests' | 'limits'): ResourceList {
  const { cpu, memory } = spec.resources?.[of] ?? {};
  return { ...containerTotals(spec, of), ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
}

const problemsOf = (asked: Asked, { type, min, max, maxLimitRequestRatio }: LimitRangeItem): string[] => [
  ...sorted(min).flatMap(([name, least]) => tooLittle(asked, { type, name, bound: least })),
  ...sorted(max).flatMap(([name, most]) => tooMuch(asked, { type, name, bound: most })),
  ...sorted(maxLimitRequestRatio).flatMap(([name, ratio]) => tooFar(asked, { type, name, bound: ratio })),
];

function claimProblems({ spec }: PersistentVolumeClaim, { type, min, max }: LimitRangeItem): string[] {
  if (type !== 'PersistentVolumeClaim') return [];
  const requests = spec.resources?.requests ?? {};
  return [
    ...sorted(min).flatMap(([name, bound]) => tooLittle({ requests, limits: {} }, { type, name, bound })),
    ...sorted(max).flatMap(([name, bound]) => {
      const request = requests[name];
      const most = `maximum ${name} usage per ${type} is ${bound}`;
      if (request === undefined) return [`${most}.  No request is specified`];
      return compareQuantity(request, bound) > 0 ? [`${most}, but request is ${request}`] : [];
    }),
  ];
}

const sorted = (list: ResourceList | undefined): [string, string][] =>
  Object.entries(list ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

interface Rule {
  readonly type: string;
  readonly name: string;
  readonly bound: string;
}

function tooLittle({ requests, limits }: Asked, { type, name, bound }: Rule): string[] {
  const [request, limit] = [requests[name], limits[name]];
  const least = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return [`${least}.  No request is specified`];
  if (compareQuantity(request, bound) < 0) return [`${least}, but request is ${request}`];
  return limit !== undefined && compareQuantity(limit, bound) < 0 ? [`${least}, but limit is ${limit}`] : [];
}

function tooMuch({ requests, limits }: Asked, { type, name, bound }: Rule): string[] {
  const [request, limit] = [requests[name], limits[name]];
  const most = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) return [`${most}.  No limit is specified`];
  if (compareQuantity(limit, bound) > 0) return [`${most}, but limit is ${limit}`];
  return request !== undefined && compareQuantity(request, bound) > 0 ? [`${most}, but request is ${request}`] : [];
}

/** The limit is so many times the request. */
function tooFar({ requests, limits }: Asked, { type, name, bound }: Rule): string[] {
  const amount = (list: ResourceList) => Number(parseQuantity(list[name] ?? '0').nano);
  const [request, limit] = [amount(requests), amount(limits)];
  const most = `${name} max limit to request ratio per ${type} is ${bound}`;
  if (!request) return [`${most}, but no request is specified or request is 0`];
  if (!limit) return [`${most}, but no limit is specified or limit is 0`];
  const ratio = limit / request;
  const allowed = Number(parseQuantity(bound).nano) / 1e9;
  return ratio > allowed ? [`${most}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
