import type { KubeObject } from '../../machinery/index.ts';
import { defineKind, erase, type Kind, s, type Struct, setFields } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { fromHub, toHub, noMetrics } from './autoscaler-conversion.ts';
import { type HorizontalPodAutoscaler, horizontalPodAutoscaler } from './horizontalpodautoscaler.ts';
import { validateAutoscaler, validateAutoscalerStatus } from './horizontalpodautoscaler-rules.ts';
import { autoscalerColumns } from './metric-columns.ts';

const crossVersionObjectReferenceV1Shape = s.struct(
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  {
    kind: s.req(1, s.str()),
    name: s.req(2, s.str()),
    apiVersion: s.zero(3, s.str()),
  },
  { atomic: true },
);
export interface CrossVersionObjectReferenceV1 extends s.Out<typeof crossVersionObjectReferenceV1Shape> {}
export interface CrossVersionObjectReferenceV1Manifest extends s.In<typeof crossVersionObjectReferenceV1Shape> {}
export const crossVersionObjectReferenceV1: Struct<
  CrossVersionObjectReferenceV1,
  CrossVersionObjectReferenceV1Manifest
> = crossVersionObjectReferenceV1Shape;

const horizontalPodAutoscalerSpecV1Shape = s.struct('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: s.req(1, crossVersionObjectReferenceV1),
  minReplicas: s.opt(2, s.int32(), { fill: 1 }),
  maxReplicas: s.req(3, s.int32()),
  targetCPUUtilizationPercentage: s.opt(4, s.int32()),
});
export interface HorizontalPodAutoscalerSpecV1 extends s.Out<typeof horizontalPodAutoscalerSpecV1Shape> {}
export interface HorizontalPodAutoscalerSpecV1Manifest extends s.In<typeof horizontalPodAutoscalerSpecV1Shape> {}
export const horizontalPodAutoscalerSpecV1: Struct<
  HorizontalPodAutoscalerSpecV1,
  HorizontalPodAutoscalerSpecV1Manifest
> = horizontalPodAutoscalerSpecV1Shape;

const horizontalPodAutoscalerStatusV1Shape = s.struct('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus', {
  observedGeneration: s.opt(1, s.int64()),
  lastScaleTime: s.opt(2, s.time()),
  currentReplicas: s.req(3, s.int32()),
  desiredReplicas: s.req(4, s.int32()),
  currentCPUUtilizationPercentage: s.opt(5, s.int32()),
});
export interface HorizontalPodAutoscalerStatusV1 extends s.Out<typeof horizontalPodAutoscalerStatusV1Shape> {}
export interface HorizontalPodAutoscalerStatusV1Manifest extends s.In<typeof horizontalPodAutoscalerStatusV1Shape> {}
export const horizontalPodAutoscalerStatusV1: Struct<
  HorizontalPodAutoscalerStatusV1,
  HorizontalPodAutoscalerStatusV1Manifest
> = horizontalPodAutoscalerStatusV1Shape;

const horizontalPodAutoscalerV1Shape = s.struct('io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, horizontalPodAutoscalerSpecV1),
  status: s.held(3, horizontalPodAutoscalerStatusV1),
});
export interface HorizontalPodAutoscalerV1 extends s.Out<typeof horizontalPodAutoscalerV1Shape> {
  apiVersion?: string;
  kind?: string;
}
export interface HorizontalPodAutoscalerV1Manifest extends s.In<typeof horizontalPodAutoscalerV1Shape> {
  apiVersion?: string;
  kind?: string;
}
export const horizontalPodAutoscalerV1: Kind<HorizontalPodAutoscalerV1, HorizontalPodAutoscalerV1Manifest> = defineKind<
  HorizontalPodAutoscalerV1,
  HorizontalPodAutoscalerV1Manifest
>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
  shortNames: ['hpa'],
  categories: ['all'],
  hub: { kind: erase(horizontalPodAutoscaler), toHub, fromHub },
  status: {
    prepareForUpdate: (next, old) => become(next, { ...toHub(next), spec: toHub(old).spec }),
    validate: (next) => validateAutoscalerStatus(toHub(next)),
  },
  generation: false,
  default: (scaler) => become(scaler, toHub(scaler)),
  // Part of the status stands among the annotations.
  prepareForCreate: (scaler) => become(scaler, { ...toHub(scaler), status: noStatus }),
  prepareForUpdate: (next, old) => become(next, { ...toHub(next), status: toHub(old).status }),
  validate: (next, old, context) => validateAutoscaler(toHub(next), old && toHub(old), context),
  columns: autoscalerColumns.map((c) => ({ ...c, value: (o, context) => c.value(toHub(o), context) })),
  schema: horizontalPodAutoscalerV1Shape,
});

const noStatus = { desiredReplicas: 0, currentMetrics: noMetrics };

/** What is left of it, and what comes of it, when it is stored as the other version. Changes the object. */
function become(scaler: HorizontalPodAutoscalerV1, hub: HorizontalPodAutoscaler): void {
  const { metadata, spec, status } = fromHub(hub as unknown as KubeObject);
  setFields(horizontalPodAutoscalerV1Shape, scaler, { metadata, spec, status });
}
