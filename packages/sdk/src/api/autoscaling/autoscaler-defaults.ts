import { setFields, type Struct } from '../../schema/index.ts';
import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from './horizontalpodautoscaler.ts';
import type { MetricSpec } from './metric.ts';

/** Four fifths of the CPU that is asked for: what an autoscaler aims at that says nothing. */
export const cpuMetric = (averageUtilization = 80): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const quarterMinute = { periodSeconds: 15 };
const up: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, ...quarterMinute },
    { type: 'Percent', value: 100, ...quarterMinute },
  ],
};
const down: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, ...quarterMinute }],
};

/** Who says something of how to scale says all of it. */
export function fillBehavior(
  behavior: HorizontalPodAutoscalerBehavior,
  structs: { behavior: Struct<HorizontalPodAutoscalerBehavior, unknown>; rules: Struct<HPAScalingRules, unknown> },
): void {
  const filled = (rules: HPAScalingRules | undefined, by: HPAScalingRules): HPAScalingRules => {
    const all = { ...structuredClone(by), ...rules };
    setFields(structs.rules, all, {});
    return all;
  };
  setFields(structs.behavior, behavior, {
    scaleUp: filled(behavior.scaleUp, up),
    scaleDown: filled(behavior.scaleDown, down),
  });
}
