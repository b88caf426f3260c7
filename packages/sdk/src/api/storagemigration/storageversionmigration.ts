import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  equal,
  field,
  type FieldError,
  invalid,
  required,
} from '../../machinery/index.ts';
import { defineKind, internalValue, type Kind, s, type Struct } from '../../schema/index.ts';
import { validateConditions } from '../meta/condition-rules.ts';
import { condition } from '../meta/condition.ts';
import { nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';

const of = (name: string): string => `io.k8s.api.storagemigration.v1beta1.${name}`;

const groupResourceShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.GroupResource', {
  group: s.req(1, s.str()),
  resource: s.req(2, s.str()),
});
export interface GroupResource extends s.Out<typeof groupResourceShape> {}
export interface GroupResourceManifest extends s.In<typeof groupResourceShape> {}
export const groupResource: Struct<GroupResource, GroupResourceManifest> = groupResourceShape;

const specShape = s.struct(of('StorageVersionMigrationSpec'), { resource: s.req(1, groupResource) });
export interface StorageVersionMigrationSpec extends s.Out<typeof specShape> {}
export interface StorageVersionMigrationSpecManifest extends s.In<typeof specShape> {}
export const storageVersionMigrationSpec: Struct<StorageVersionMigrationSpec, StorageVersionMigrationSpecManifest> =
  specShape;

const statusShape = s.struct(of('StorageVersionMigrationStatus'), {
  conditions: s.zero(1, s.listByKey(condition, ['type'], { patchKey: 'type' })),
  resourceVersion: s.zero(2, s.str()),
});
export interface StorageVersionMigrationStatus extends s.Out<typeof statusShape> {}
export interface StorageVersionMigrationStatusManifest extends s.In<typeof statusShape> {}
export const storageVersionMigrationStatus: Struct<
  StorageVersionMigrationStatus,
  StorageVersionMigrationStatusManifest
> = statusShape;

const migrationShape = s.struct(of('StorageVersionMigration'), {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, storageVersionMigrationSpec),
  status: s.held(3, storageVersionMigrationStatus),
});
export interface StorageVersionMigration extends s.Out<typeof migrationShape> {
  apiVersion?: string;
  kind?: string;
}
export interface StorageVersionMigrationManifest extends s.In<typeof migrationShape> {
  apiVersion?: string;
  kind?: string;
}

const phases = ['Running', 'Failed', 'Succeeded'];

export const storageVersionMigration: Kind<StorageVersionMigration, StorageVersionMigrationManifest> = defineKind<
  StorageVersionMigration,
  StorageVersionMigrationManifest
>({
  group: 'storagemigration.k8s.io',
  version: 'v1beta1',
  kind: 'StorageVersionMigration',
  plural: 'storageversionmigrations',
  featureGate: 'StorageVersionMigrator',
  scope: 'Cluster',
  unconditionalUpdate: false,
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  status: { prepareForUpdate: keepAllButStatus, validate: statusRules },
  resetFields: statusOnlyResetFields,
  schema: migrationShape,

  *validate({ spec }) {
    const at = field('spec', 'resource');
    const { group, resource } = spec.resource;
    const ofResource = dns1035LabelProblems(resource);
    if (!resource) yield required(at.child('resource'), 'resource is required to be set');
    else if (ofResource.length) yield invalid(at.child('resource'), resource, ofResource.join(','));
    const ofGroup = group ? dnsSubdomainProblems(group) : [];
    if (ofGroup.length) yield invalid(at.child('group'), group, ofGroup.join(','));
  },
  *validateChange({ spec }, old) {
    if (equal(spec, old.spec)) return;
    yield invalid(field('spec'), internalValue(storageVersionMigrationSpec, spec), 'field is immutable');
  },
  columns: [
    { ...nameColumn, format: '' },
    {
      name: 'Resource',
      type: 'string',
      description: 'GroupResource to migrate',
      value: ({ spec: { resource } }) =>
        resource.group ? `${resource.resource}.${resource.group}` : resource.resource,
    },
    {
      name: 'Status',
      type: 'string',
      description: 'Status of the migration',
      value: ({ status }) => phases.findLast((phase) => isTrue(status, phase)) ?? 'Unknown',
    },
  ],
});

const isTrue = ({ conditions = [] }: StorageVersionMigrationStatus, type: string): boolean =>
  conditions.some((c) => c.type === type && c.status === 'True');

/** A migration ends one way, once. */
function* statusRules({ status }: StorageVersionMigration, old: StorageVersionMigration): Iterable<FieldError> {
  const at = field('status');
  const { resourceVersion = '', conditions = [] } = status;
  const before = old.status.resourceVersion ?? '';
  if (resourceVersion && !/^(0|[1-9]\d*)$/.test(resourceVersion)) {
    const why = `resource version is not well formed: ${resourceVersion}`;
    yield invalid(at.child('resourceVersion'), resourceVersion, why);
  }
  yield* validateConditions(conditions, at.child('conditions'));
  if (before && before !== resourceVersion) {
    yield invalid(at.child('resourceVersion'), resourceVersion, 'field is immutable');
  }
  const refuse = (why: string) => invalid(at.child('conditions'), conditions, why);
  if (isTrue(status, 'Succeeded') && isTrue(status, 'Failed')) {
    yield refuse('Both success and failed conditions cannot be true at the same time');
  }
  for (const [type, name] of [
    ['Succeeded', 'Success'],
    ['Failed', 'Failed'],
  ] as const) {
    if (isTrue(old.status, type) && !isTrue(status, type)) {
      yield refuse(`${name} condition cannot be set to false once it is true`);
    }
  }
}
