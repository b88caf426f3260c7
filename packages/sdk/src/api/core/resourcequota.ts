import { deepCopy } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { quotaWarnings, validateResourceQuota, validateResourceQuotaStatus } from './quota-rules.ts';
import { quotaScope, scopeSelector } from './scope-selector.ts';

const resourceQuotaSpecShape = s.struct('io.k8s.api.core.v1.ResourceQuotaSpec', {
  hard: s.zero(1, s.amounts()),
  scopes: s.zero(2, s.list(quotaScope)),
  scopeSelector: s.opt(3, scopeSelector),
});
export interface ResourceQuotaSpec extends s.Out<typeof resourceQuotaSpecShape> {}
export interface ResourceQuotaSpecManifest extends s.In<typeof resourceQuotaSpecShape> {}
export const resourceQuotaSpec: Struct<ResourceQuotaSpec, ResourceQuotaSpecManifest> = resourceQuotaSpecShape;

const resourceQuotaStatusShape = s.struct('io.k8s.api.core.v1.ResourceQuotaStatus', {
  hard: s.zero(1, s.amounts()),
  used: s.zero(2, s.amounts()),
});
export interface ResourceQuotaStatus extends s.Out<typeof resourceQuotaStatusShape> {}
export interface ResourceQuotaStatusManifest extends s.In<typeof resourceQuotaStatusShape> {}
export const resourceQuotaStatus: Struct<ResourceQuotaStatus, ResourceQuotaStatusManifest> = resourceQuotaStatusShape;

const resourceQuotaShape = s.struct('io.k8s.api.core.v1.ResourceQuota', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, resourceQuotaSpec),
  status: s.held(3, resourceQuotaStatus),
});
export interface ResourceQuota extends s.Out<typeof resourceQuotaShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ResourceQuotaManifest extends s.In<typeof resourceQuotaShape> {
  apiVersion?: string;
  kind?: string;
}
export const resourceQuota: Kind<ResourceQuota, ResourceQuotaManifest> = defineKind<
  ResourceQuota,
  ResourceQuotaManifest
>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
  shortNames: ['quota'],
  status: {
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
    validate: validateResourceQuotaStatus,
  },
  generation: false,
  returnsDeleted: true,
  validate: validateResourceQuota,
  warnings: quotaWarnings,
  columns: [
    nameColumn,
    {
      name: 'Request',
      type: 'string',
      description: 'Request represents a minimum amount of cpu/memory that a container may consume.',
      value: (quota) => usedOf(quota, (name) => !name.startsWith('limits.')),
    },
    {
      name: 'Limit',
      type: 'string',
      description:
        'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      value: (quota) => usedOf(quota, (name) => name.startsWith('limits.')),
    },
    ageColumn,
  ],
  schema: resourceQuotaShape,
});

function usedOf({ status }: ResourceQuota, concerns: (name: string) => boolean): string {
  const names = Object.keys(status.hard ?? {})
    .filter(concerns)
    .sort();
  return names.map((name) => `${name}: ${status.used?.[name] ?? '0'}/${status.hard![name]}`).join(', ');
}
