import { longNameProblems } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct, versionOf } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { dropShut, gatedMembers } from '../meta/gated-members.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { deviceSelector, opaqueDeviceConfiguration } from './device-claim.ts';
import { deviceClassRules } from './validation/deviceclass.ts';

const deviceClassConfigurationShape = s.struct('io.k8s.api.resource.v1.DeviceClassConfiguration', {
  ...s.embed(1, 'DeviceConfiguration', { opaque: s.opt(1, opaqueDeviceConfiguration) }),
});
export interface DeviceClassConfiguration extends s.Out<typeof deviceClassConfigurationShape> {}
export interface DeviceClassConfigurationManifest extends s.In<typeof deviceClassConfigurationShape> {}
export const deviceClassConfiguration: Struct<DeviceClassConfiguration, DeviceClassConfigurationManifest> =
  deviceClassConfigurationShape;

const deviceClassSpecShape = s.struct('io.k8s.api.resource.v1.DeviceClassSpec', {
  selectors: s.zero(1, s.list(deviceSelector)),
  config: s.zero(2, s.list(deviceClassConfiguration)),
  extendedResourceName: s.opt(4, s.str()),
});
export interface DeviceClassSpec extends s.Out<typeof deviceClassSpecShape> {}
export interface DeviceClassSpecManifest extends s.In<typeof deviceClassSpecShape> {}
export const deviceClassSpec: Struct<DeviceClassSpec, DeviceClassSpecManifest> = deviceClassSpecShape;

const deviceClassShape = s.struct('io.k8s.api.resource.v1.DeviceClass', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, deviceClassSpec),
});
export interface DeviceClass extends s.Out<typeof deviceClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface DeviceClassManifest extends s.In<typeof deviceClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const deviceClass: Kind<DeviceClass, DeviceClassManifest> = defineKind<DeviceClass, DeviceClassManifest>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  updateRules: ['metadata', 'metadataChange', 'object'],
  returnsDeleted: true,
  generation: true,
  schema: deviceClassShape,
  // Its names are checked by rules that are declared, which have their own idea of a prefix.
  validateName: (name, prefix) => longNameProblems(prefix ? name.replace(/[-.]$/, 'a') : name),

  prepareForCreate: ({ spec }, { gates }) => dropShut(gated, spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) => dropShut(gated, spec, { old: old.spec, gates }),
  validate: deviceClassRules,
  columns: [nameColumn, ageColumn],
});

const gated = [gatedMembers<DeviceClassSpec>('DRAExtendedResource', ['extendedResourceName'])];

export const deviceClassV1Beta2 = versionOf(deviceClass, 'v1beta2', { deprecated: '1.36', removed: '1.39' });
