import { declaredImmutable, equal, field, invalid } from '../../machinery/index.ts';
import { defineKind, internalValue, type Kind, s, type Struct } from '../../schema/index.ts';
import { nameColumn, since } from '../meta/columns.ts';
import { type Condition, condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { poolStatusRules, poolStatusSpecRules } from './validation/resourcepoolstatusrequest.ts';

const of = (name: string): string => `io.k8s.api.resource.v1alpha3.${name}`;

const specShape = s.struct(of('ResourcePoolStatusRequestSpec'), {
  driver: s.req(1, s.str()),
  poolName: s.opt(2, s.str()),
  limit: s.opt(3, s.int32(), { default: 100 }),
});
export interface ResourcePoolStatusRequestSpec extends s.Out<typeof specShape> {}
export interface ResourcePoolStatusRequestSpecManifest extends s.In<typeof specShape> {}
export const resourcePoolStatusRequestSpec: Struct<
  ResourcePoolStatusRequestSpec,
  ResourcePoolStatusRequestSpecManifest
> = specShape;

const poolShape = s.struct(of('PoolStatus'), {
  driver: s.needed(1, s.str()),
  poolName: s.needed(2, s.str()),
  generation: s.req(9, s.int64()),
  resourceSliceCount: s.opt(8, s.int32()),
  totalDevices: s.opt(4, s.int32()),
  allocatedDevices: s.opt(5, s.int32()),
  availableDevices: s.opt(6, s.int32()),
  unavailableDevices: s.opt(7, s.int32()),
  nodeName: s.opt(3, s.str()),
  validationError: s.opt(10, s.str()),
});
export interface PoolStatus extends s.Out<typeof poolShape> {}
export interface PoolStatusManifest extends s.In<typeof poolShape> {}
export const poolStatus: Struct<PoolStatus, PoolStatusManifest> = poolShape;

const statusShape = s.struct(of('ResourcePoolStatusRequestStatus'), {
  poolCount: s.neededOrZero(6, s.int32()),
  pools: s.zero(2, s.list(poolStatus)),
  conditions: s.zero(3, s.listByKey(condition, ['type'], { patchKey: 'type' })),
});
export interface ResourcePoolStatusRequestStatus extends s.Out<typeof statusShape> {}
export interface ResourcePoolStatusRequestStatusManifest extends s.In<typeof statusShape> {}
export const resourcePoolStatusRequestStatus: Struct<
  ResourcePoolStatusRequestStatus,
  ResourcePoolStatusRequestStatusManifest
> = statusShape;

const requestShape = s.struct(of('ResourcePoolStatusRequest'), {
  metadata: s.req(1, objectMeta),
  spec: s.req(2, resourcePoolStatusRequestSpec),
  status: s.opt(3, resourcePoolStatusRequestStatus),
});
export interface ResourcePoolStatusRequest extends s.Out<typeof requestShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ResourcePoolStatusRequestManifest extends s.In<typeof requestShape> {
  apiVersion?: string;
  kind?: string;
}

/** Asks once how many devices of a driver's pools are free. */
export const resourcePoolStatusRequest: Kind<ResourcePoolStatusRequest, ResourcePoolStatusRequestManifest> = defineKind<
  ResourcePoolStatusRequest,
  ResourcePoolStatusRequestManifest
>({
  group: 'resource.k8s.io',
  version: 'v1alpha3',
  kind: 'ResourcePoolStatusRequest',
  plural: 'resourcepoolstatusrequests',
  scope: 'Cluster',
  returnsDeleted: true,
  unconditionalUpdate: false,
  status: {
    prepareForUpdate: keepAllButStatus,
    updateRules: ['metadataChange', 'change', 'object'],
    *validateChange({ status }, { status: before }) {
      if (!before || equal(status, before)) return;
      const shown = status ? internalValue(resourcePoolStatusRequestStatus, status) : null;
      yield invalid(field('status'), shown, 'field is immutable');
    },
    validate: poolStatusRules,
  },
  resetFields: statusOnlyResetFields,
  schema: requestShape,

  *validate({ spec }, old) {
    if (!old) yield* poolStatusSpecRules(spec);
    else yield* declaredImmutable(spec, old.spec, field('spec'));
  },
  columns: [
    nameColumn,
    { name: 'Driver', type: 'string', description: 'The driver to query pools for.', value: ({ spec }) => spec.driver },
    ...(['Total', 'Available', 'Allocated', 'Unavailable'] as const).map((name) => ({
      name,
      type: 'string' as const,
      description: `${name === 'Total' ? 'Total number of' : `Number of ${name.toLowerCase()}`} devices across all pools.`,
      value: (request: ResourcePoolStatusRequest) =>
        summed(request, (pool) => pool[`${name.toLowerCase() as Lowercase<typeof name>}Devices`] ?? 0),
    })),
    {
      name: 'Errors',
      type: 'string',
      description: 'Number of pools with validation errors.',
      value: (r) => summed(r, (pool) => (pool.validationError === undefined ? 0 : 1)),
    },
    {
      name: 'Pools',
      type: 'integer',
      description: 'Total number of matching pools.',
      value: ({ status }) => status?.poolCount ?? 0,
    },
    { name: 'Status', type: 'string', description: 'Processing status.', value: ({ status }) => stateOf(status) },
    {
      name: 'Completed',
      type: 'string',
      description: 'Time since the observation completed.',
      value: ({ status }, { now }) => {
        const done = outcomeOf(status);
        return done?.type === 'Complete' ? since(done.lastTransitionTime, now) : '<none>';
      },
    },
  ],
});

/** How the request ended, if it did. */
const outcomeOf = (status: ResourcePoolStatusRequestStatus | undefined): Condition | undefined =>
  status?.conditions?.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True');

function summed({ status }: ResourcePoolStatusRequest, of: (pool: PoolStatus) => number): string {
  if (!status || outcomeOf(status)?.type === 'Failed') return '-';
  return String((status.pools ?? []).reduce((sum, pool) => sum + of(pool), 0));
}

function stateOf(status: ResourcePoolStatusRequestStatus | undefined): string {
  const { type } = outcomeOf(status) ?? { type: 'Pending' };
  const [shown, all] = [status?.pools?.length ?? 0, status?.poolCount ?? 0];
  return type === 'Complete' && all > shown ? `${type} (${shown}/${all} pools)` : type;
}
