import {
  type ResourceList,
  type ResourceQuota,
  type ScopedResourceSelectorRequirement,
  scopedResourceSelectorRequirement,
  scopesOf,
} from '@tiphys/sdk/api';
import { compareQuantity, field, lineOf, required } from '@tiphys/sdk/machinery';
import { s } from '@tiphys/sdk/schema';
import { type ConfigKind, readConfig } from '../config-file/index.ts';

/** In every version the same, but that problems are told with its name. */
const shapeOf = (version: string) => {
  const limited = s.struct(`io.k8s.resourcequota.${version}.LimitedResource`, {
    apiGroup: s.zero(1, s.str()),
    resource: s.req(2, s.str()),
    matchContains: s.zero(3, s.list(s.str())),
    matchScopes: s.zero(4, s.list(scopedResourceSelectorRequirement)),
  });
  return s.struct(`io.k8s.resourcequota.${version}.Configuration`, { limitedResources: s.zero(1, s.list(limited)) });
};

interface Configuration extends s.Out<ReturnType<typeof shapeOf>> {}

/** What may be consumed only where a quota covers it. */
export type LimitedResource = NonNullable<Configuration['limitedResources']>[number];

const kinds: readonly ConfigKind<Configuration>[] = [
  { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'ResourceQuotaConfiguration', schema: shapeOf('v1') },
  ...['v1beta1', 'v1alpha1'].map((version) => ({
    apiVersion: `resourcequota.admission.k8s.io/${version}`,
    kind: 'Configuration',
    schema: shapeOf(version),
  })),
];

/** Throws in upstream's words. */
export function readLimitedResources(bytes: Uint8Array | undefined): readonly LimitedResource[] {
  const limited = (bytes && readConfig(bytes, kinds, { others: {} }).limitedResources) ?? [];
  const lines = limited.flatMap(({ resource }, i) =>
    resource ? [] : [lineOf(required(field('limitedResources').index(i).child('resource'), ''))],
  );
  if (lines.length) throw new Error(lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`);
  return limited;
}

interface Consumer {
  readonly group: string;
  readonly resource: string;
  readonly usage: ResourceList;
}

/** What is consumed though it is limited and none of the quotas that the object counts in says how much there may be. */
export function uncoveredNames(
  limited: readonly LimitedResource[],
  { group, resource, usage }: Consumer,
  quotas: readonly Pick<ResourceQuota, 'status'>[],
): string[] {
  const parts = limited
    .filter((l) => (l.apiGroup ?? '') === group && l.resource === resource)
    .flatMap(({ matchContains = [] }) => matchContains);
  return Object.keys(usage)
    .filter((name) => compareQuantity(usage[name]!, '0') > 0 && parts.some((part) => name.includes(part)))
    .filter((name) => quotas.every(({ status }) => status.hard?.[name] === undefined))
    .sort();
}

/**
 * The limited scopes that an object is in though no quota of its namespace picks it out by the same scope. They limit objects of
 * every resource that has such scopes, not only the one beside which they stand.
 */
export function uncoveredScopes(
  limited: readonly LimitedResource[],
  isIn: (scope: ScopedResourceSelectorRequirement) => boolean,
  quotas: readonly ResourceQuota[],
): ScopedResourceSelectorRequirement[] {
  const within = limited
    .flatMap(({ matchScopes = [] }) => matchScopes)
    .filter((scope) => isSound(scope) && isIn(scope));
  if (!within.length) return within;
  const covered = new Set(quotas.flatMap((quota) => scopesOf(quota).filter(isIn)).map(({ scopeName }) => scopeName));
  return within.filter(({ scopeName }) => !covered.has(scopeName));
}

/** Nobody validates these selectors when they are read; one that makes no sense selects nothing. */
function isSound({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement): boolean {
  if (scopeName !== 'PriorityClass' && scopeName !== 'VolumeAttributesClass') return true;
  if (operator === 'In' || operator === 'NotIn') return values.length > 0;
  return operator === 'Exists' || (operator === 'DoesNotExist' && !values.length);
}

/** As Go prints a list of them. */
export const printedScopes = (scopes: readonly ScopedResourceSelectorRequirement[]): string =>
  `[${scopes.map(({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`).join(' ')}]`;
