import { deepCopy } from '../../machinery/index.ts';
import { cpuMetric, fillBehavior } from './autoscaler-defaults.ts';
import { autoscalerColumns } from './metric-columns.ts';
import { validateAutoscaler, validateAutoscalerStatus } from './horizontalpodautoscaler-rules.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { dropShut, type GatedMembers, gatedMembers } from '../meta/gated-members.ts';
import { crossVersionObjectReference, metricSpec, metricStatus } from './metric.ts';
import { objectMeta } from '../meta/object-meta.ts';

const hpaScalingPolicyShape = s.struct('io.k8s.api.autoscaling.v2.HPAScalingPolicy', {
  type: s.req(1, s.str()),
  value: s.req(2, s.int32()),
  periodSeconds: s.req(3, s.int32()),
});
export interface HPAScalingPolicy extends s.Out<typeof hpaScalingPolicyShape> {}
export interface HPAScalingPolicyManifest extends s.In<typeof hpaScalingPolicyShape> {}
export const hpaScalingPolicy: Struct<HPAScalingPolicy, HPAScalingPolicyManifest> = hpaScalingPolicyShape;

const hpaScalingRulesShape = s.struct('io.k8s.api.autoscaling.v2.HPAScalingRules', {
  stabilizationWindowSeconds: s.opt(3, s.int32()),
  selectPolicy: s.opt(1, s.str()),
  // An empty list is told from none: it is refused, while none is filled.
  policies: s.opt(2, s.list(hpaScalingPolicy)),
  tolerance: s.opt(4, s.quantity()),
});
export interface HPAScalingRules extends s.Out<typeof hpaScalingRulesShape> {}
export interface HPAScalingRulesManifest extends s.In<typeof hpaScalingRulesShape> {}
export const hpaScalingRules: Struct<HPAScalingRules, HPAScalingRulesManifest> = hpaScalingRulesShape;

const horizontalPodAutoscalerBehaviorShape = s.struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior',
  {
    scaleUp: s.opt(1, hpaScalingRules),
    scaleDown: s.opt(2, hpaScalingRules),
  },
  {
    fill: (behavior) => fillBehavior(behavior, { behavior: horizontalPodAutoscalerBehavior, rules: hpaScalingRules }),
  },
);
export interface HorizontalPodAutoscalerBehavior extends s.Out<typeof horizontalPodAutoscalerBehaviorShape> {}
export interface HorizontalPodAutoscalerBehaviorManifest extends s.In<typeof horizontalPodAutoscalerBehaviorShape> {}
export const horizontalPodAutoscalerBehavior: Struct<
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerBehaviorManifest
> = horizontalPodAutoscalerBehaviorShape;

const horizontalPodAutoscalerSpecShape = s.struct('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: s.req(1, crossVersionObjectReference),
  minReplicas: s.opt(2, s.int32(), { fill: 1 }),
  maxReplicas: s.req(3, s.int32()),
  metrics: s.zero(4, s.list(metricSpec), { fill: () => [cpuMetric()] }),
  behavior: s.opt(5, horizontalPodAutoscalerBehavior),
});
export interface HorizontalPodAutoscalerSpec extends s.Out<typeof horizontalPodAutoscalerSpecShape> {}
export interface HorizontalPodAutoscalerSpecManifest extends s.In<typeof horizontalPodAutoscalerSpecShape> {}
export const horizontalPodAutoscalerSpec: Struct<HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerSpecManifest> =
  horizontalPodAutoscalerSpecShape;

const horizontalPodAutoscalerConditionShape = s.struct('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface HorizontalPodAutoscalerCondition extends s.Out<typeof horizontalPodAutoscalerConditionShape> {}
export interface HorizontalPodAutoscalerConditionManifest extends s.In<typeof horizontalPodAutoscalerConditionShape> {}
export const horizontalPodAutoscalerCondition: Struct<
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerConditionManifest
> = horizontalPodAutoscalerConditionShape;

const horizontalPodAutoscalerStatusShape = s.struct('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus', {
  observedGeneration: s.opt(1, s.int64()),
  lastScaleTime: s.opt(2, s.time()),
  currentReplicas: s.zero(3, s.int32()),
  desiredReplicas: s.req(4, s.int32()),
  currentMetrics: s.held(5, s.list(metricStatus)),
  conditions: s.zero(6, s.listByKey(horizontalPodAutoscalerCondition, ['type'], { patchKey: 'type' })),
});
export interface HorizontalPodAutoscalerStatus extends s.Out<typeof horizontalPodAutoscalerStatusShape> {}
export interface HorizontalPodAutoscalerStatusManifest extends s.In<typeof horizontalPodAutoscalerStatusShape> {}
export const horizontalPodAutoscalerStatus: Struct<
  HorizontalPodAutoscalerStatus,
  HorizontalPodAutoscalerStatusManifest
> = horizontalPodAutoscalerStatusShape;

const horizontalPodAutoscalerShape = s.struct('io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, horizontalPodAutoscalerSpec),
  status: s.held(3, horizontalPodAutoscalerStatus),
});
export interface HorizontalPodAutoscaler extends s.Out<typeof horizontalPodAutoscalerShape> {
  apiVersion?: string;
  kind?: string;
}
export interface HorizontalPodAutoscalerManifest extends s.In<typeof horizontalPodAutoscalerShape> {
  apiVersion?: string;
  kind?: string;
}
export const horizontalPodAutoscaler: Kind<HorizontalPodAutoscaler, HorizontalPodAutoscalerManifest> = defineKind<
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerManifest
>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
  shortNames: ['hpa'],
  categories: ['all'],
  status: {
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
    validate: validateAutoscalerStatus,
  },
  generation: false,
  prepareForCreate: (made, { gates }) => dropShut(gated, made, { gates }),
  prepareForUpdate: (next, old, { gates }) => dropShut(gated, next, { old, gates }),
  validate: validateAutoscaler,
  columns: autoscalerColumns,
  schema: horizontalPodAutoscalerShape,
});

const gated: readonly GatedMembers<HorizontalPodAutoscaler>[] = [
  gatedMembers('HPAConfigurableTolerance', ['spec.behavior.scaleDown.tolerance', 'spec.behavior.scaleUp.tolerance']),
];
