import { equal, field, forbiddenAt, required } from '../../machinery/index.ts';
import { defineKind, type Kind, s, versionOf } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { parametersRules, provisionerRules } from './class-rules.ts';

const volumeAttributesClassShape = s.struct('io.k8s.api.storage.v1.VolumeAttributesClass', {
  metadata: s.held(1, objectMeta),
  driverName: s.req(2, s.str()),
  parameters: s.zero(3, s.map(s.str())),
});
export interface VolumeAttributesClass extends s.Out<typeof volumeAttributesClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface VolumeAttributesClassManifest extends s.In<typeof volumeAttributesClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const volumeAttributesClass: Kind<VolumeAttributesClass, VolumeAttributesClassManifest> = defineKind<
  VolumeAttributesClass,
  VolumeAttributesClassManifest
>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  scope: 'Cluster',
  updateRules: ['metadataChange', 'change', 'metadata', 'object'],
  shortNames: ['vac'],
  returnsDeleted: true,
  schema: volumeAttributesClassShape,

  *validateChange(next, old) {
    for (const name of ['driverName', 'parameters'] as const) {
      if (!equal(next[name], old[name])) yield forbiddenAt(field(name), `updates to ${name} are forbidden.`);
    }
  },
  *validate(next) {
    yield* provisionerRules(next.driverName, field('driverName'));
    const { parameters = {} } = next;
    yield* parametersRules(parameters, field('parameters'));
    if (!Object.keys(parameters).length) {
      yield required(field('parameters'), 'must contain at least one key/value pair');
    }
  },
  columns: [
    nameColumn,
    { name: 'DriverName', type: 'string', field: 'driverName', value: (vac) => vac.driverName },
    ageColumn,
  ],
});

export const volumeAttributesClassV1Beta1 = versionOf(volumeAttributesClass, 'v1beta1', {
  deprecated: '1.34',
  removed: '1.37',
  replacement: 'storage.k8s.io/v1 VolumeAttributesClass',
});
