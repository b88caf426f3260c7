import type { ValidatingAdmissionPolicy } from '@tiphys/sdk/api';
import type { ServedResource } from '@tiphys/sdk/client';

/** A kind by its names. */
export interface KindName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Of each rule. */
const mostKinds = 10;

/** The kinds that a policy says in full that it is about, in order: one that is about anything is about none in particular. */
export function kindsAbout(policy: ValidatingAdmissionPolicy, served: readonly ServedResource[]): readonly KindName[] {
  const found = new Map<string, KindName>();
  for (const rule of policy.spec.matchConstraints?.resourceRules ?? []) {
    const { apiGroups = [], apiVersions = [], resources = [] } = rule;
    if ([...apiGroups, ...apiVersions].some((name) => name.includes('*'))) continue;
    const plain = resources.filter((name) => !/[*/]/.test(name));
    const named = combinations(apiGroups.toSorted(), apiVersions.toSorted(), plain.toSorted())
      .map(([group, version, resource]) =>
        served.find((r) => r.group === group && r.version === version && r.resource === resource),
      )
      .filter((r) => r !== undefined);
    for (const { group, version, kind } of named.slice(0, mostKinds)) {
      found.set(`${group}/${version}/${kind}`, { group, version, kind });
    }
    if (named.length >= mostKinds) break;
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

const combinations = (
  groups: readonly string[],
  versions: readonly string[],
  resources: readonly string[],
): (readonly [string, string, string])[] =>
  groups.flatMap((g) => versions.flatMap((v) => resources.map((r) => [g, v, r] as const)));

/** The kind of a policy's parameters. */
export function paramKindOf({ spec: { paramKind } }: ValidatingAdmissionPolicy): KindName | undefined {
  if (!paramKind) return undefined;
  const [version = '', group = ''] = (paramKind.apiVersion ?? '').split('/').reverse();
  return { group, version, kind: paramKind.kind ?? '' };
}
