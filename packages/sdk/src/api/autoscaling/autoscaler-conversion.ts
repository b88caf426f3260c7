import { inKeyOrder, isObject, type JsonObject, type KubeObject } from '../../machinery/index.ts';
import { decode, internalValue, setFields } from '../../schema/index.ts';
import { cpuMetric } from './autoscaler-defaults.ts';
import {
  type HorizontalPodAutoscaler,
  horizontalPodAutoscaler,
  horizontalPodAutoscalerBehavior,
  type HorizontalPodAutoscalerBehavior,
  type HorizontalPodAutoscalerCondition,
  horizontalPodAutoscalerSpec,
  horizontalPodAutoscalerStatus,
} from './horizontalpodautoscaler.ts';
import type { HorizontalPodAutoscalerV1 } from './horizontalpodautoscaler-v1.ts';
import type { MetricSpec } from './metric.ts';
import { type FlatMetric, flatSpec, flatStatus, specOf, statusOf } from './metric-conversion.ts';

/** What autoscaling/v1 has no fields for stands in annotations there. */
const keys = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
} as const;
const dropped = new Set<string>([
  ...Object.values(keys),
  'autoscaling.alpha.kubernetes.io/scale-down-tolerance',
  'autoscaling.alpha.kubernetes.io/scale-up-tolerance',
]);

/** The metric that autoscaling/v1 does have a field for. */
const isCpuShare = ({ type, resource }: MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

/** A list that is always told is told as null when there is none. */
export const noMetrics = null as unknown as HorizontalPodAutoscaler['status']['currentMetrics'];

export function toHub(object: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { metadata, spec, status } = object;
  const { targetCPUUtilizationPercentage: cpu, ...rest } = spec;
  const annotations = metadata.annotations ?? {};
  const metrics = [
    ...(read<FlatMetric[]>(annotations[keys.metrics]) ?? []).map(specOf),
    ...(cpu === undefined ? [] : [cpuMetric(cpu)]),
  ];
  const behavior = behaviorOf(annotations[keys.behavior]);
  const hub = { ...object, metadata: { ...metadata } } as unknown as HorizontalPodAutoscaler;
  hub.spec = { ...rest } as HorizontalPodAutoscaler['spec'];
  setFields(horizontalPodAutoscalerSpec, hub.spec, {
    metrics: metrics.length ? metrics : [cpuMetric()],
    ...(behavior && { behavior }),
  });
  const nothing = { currentReplicas: 0, desiredReplicas: 0 };
  const { currentCPUUtilizationPercentage: current, currentReplicas, ...counted } = status ?? nothing;
  const conditions = read<HorizontalPodAutoscalerCondition[]>(annotations[keys.conditions]);
  const currentMetrics = read<FlatMetric[]>(annotations[keys.currentMetrics])?.map(statusOf);
  hub.status = { ...counted, ...(currentReplicas && { currentReplicas }) } as HorizontalPodAutoscaler['status'];
  setFields(horizontalPodAutoscalerStatus, hub.status, {
    currentMetrics: currentMetrics ?? (current === undefined ? noMetrics : [cpuStatus(current)]),
    ...(conditions && { conditions }),
  });
  annotate(hub.metadata, Object.fromEntries(Object.entries(annotations).filter(([key]) => !dropped.has(key))));
  setFields(horizontalPodAutoscaler.schema, hub, {});
  return hub;
}

const cpuStatus = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization } },
});

export function fromHub(object: KubeObject): HorizontalPodAutoscalerV1 {
  const hub = object as unknown as HorizontalPodAutoscaler;
  const { metrics, behavior, ...spec } = hub.spec;
  const { currentMetrics, conditions, ...status } = hub.status ?? {};
  const share = metrics.find(isCpuShare)?.resource?.target.averageUtilization;
  const used = currentMetrics?.findLast(
    ({ type, resource }) => type === 'Resource' && resource?.name === 'cpu' && resource.current.averageUtilization,
  )?.resource?.current.averageUtilization;
  const others = metrics.filter((metric) => !isCpuShare(metric)).map(flatSpec);
  const annotations = Object.fromEntries(
    Object.entries(hub.metadata.annotations ?? {}).filter(([key]) => !dropped.has(key)),
  );
  if (others.length) annotations[keys.metrics] = JSON.stringify(others);
  if (currentMetrics?.length) annotations[keys.currentMetrics] = JSON.stringify(currentMetrics.map(flatStatus));
  if (behavior) annotations[keys.behavior] = JSON.stringify(internalValue(horizontalPodAutoscalerBehavior, behavior));
  if (conditions?.length) annotations[keys.conditions] = JSON.stringify(conditions);
  const metadata = { ...hub.metadata };
  annotate(metadata, annotations);
  return {
    ...hub,
    metadata,
    spec: { ...spec, ...(share !== undefined && { targetCPUUtilizationPercentage: share }) },
    status: {
      ...status,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      ...(used !== undefined && { currentCPUUtilizationPercentage: used }),
    },
  } as unknown as HorizontalPodAutoscalerV1;
}

function annotate(metadata: KubeObject['metadata'], annotations: Record<string, string>): void {
  if (Object.keys(annotations).length) metadata.annotations = inKeyOrder(annotations);
  else delete (metadata as unknown as JsonObject)['annotations'];
}

/** Whatever isn't JSON is as if it weren't there. */
function read<T>(text: string | undefined): T | undefined {
  const value = parsed(text);
  return Array.isArray(value) ? (value as T) : undefined;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Upstream passes over what it can't read.
    return undefined;
  }
}

/** Written with the names that the fields have inside upstream. */
function behaviorOf(text: string | undefined): HorizontalPodAutoscalerBehavior | undefined {
  const value = outward(parsed(text));
  if (!isObject(value) || (!value['scaleUp'] && !value['scaleDown'])) return undefined;
  return decode(horizontalPodAutoscalerBehavior.shape, value, { fill: false }) as HorizontalPodAutoscalerBehavior;
}

function outward(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(outward);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, v]) => v !== null);
  return Object.fromEntries(members.map(([key, v]) => [key[0]!.toLowerCase() + key.slice(1), outward(v)]));
}
