import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';

const scaleSpecShape = s.struct('io.k8s.api.autoscaling.v1.ScaleSpec', {
  replicas: s.zero(1, s.int32()),
});
export interface ScaleSpec extends s.Out<typeof scaleSpecShape> {}
export interface ScaleSpecManifest extends s.In<typeof scaleSpecShape> {}
export const scaleSpec: Struct<ScaleSpec, ScaleSpecManifest> = scaleSpecShape;

const scaleStatusShape = s.struct('io.k8s.api.autoscaling.v1.ScaleStatus', {
  replicas: s.req(1, s.int32()),
  selector: s.zero(2, s.str()),
});
export interface ScaleStatus extends s.Out<typeof scaleStatusShape> {}
export interface ScaleStatusManifest extends s.In<typeof scaleStatusShape> {}
export const scaleStatus: Struct<ScaleStatus, ScaleStatusManifest> = scaleStatusShape;

const scaleShape = s.struct('io.k8s.api.autoscaling.v1.Scale', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, scaleSpec),
  status: s.held(3, scaleStatus),
});
export interface Scale extends s.Out<typeof scaleShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ScaleManifest extends s.In<typeof scaleShape> {
  apiVersion?: string;
  kind?: string;
}
export const scale: Kind<Scale, ScaleManifest> = defineKind<Scale, ScaleManifest>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scale',
  scope: 'Namespaced',
  verbs: [],
  schema: scaleShape,

  columns: [
    { ...nameColumn, format: '' },
    { name: 'Desired', type: 'integer', field: 'spec.replicas', value: ({ spec }) => spec.replicas ?? 0 },
    { name: 'Available', type: 'integer', field: 'status.replicas', value: ({ status }) => status.replicas },
    ageColumn,
  ],
});
