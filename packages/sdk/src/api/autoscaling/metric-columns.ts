import type { Column } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import type { HorizontalPodAutoscaler } from './horizontalpodautoscaler.ts';
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from './metric.ts';

const shownMetrics = 2;

/** What an autoscaler aims at and where it is, as tables show it: `cpu: 40%/60%, 1/2 (avg) + 1 more...`. */
export function targetsOf({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (!metrics.length) return '<none>';
  const all = metrics.map((metric, i) => targetOf(metric, status.currentMetrics?.[i]));
  const shown = all.slice(0, shownMetrics).join(', ');
  return all.length > shownMetrics ? `${shown} + ${all.length - shownMetrics} more...` : shown;
}

const unknown = '<unknown>';

function targetOf(metric: MetricSpec, status: MetricStatus | undefined): string {
  switch (metric.type) {
    case 'External':
      return plain(metric.external?.target, status?.external?.current);
    case 'Object':
      return plain(metric.object?.target, status?.object?.current);
    case 'Pods': {
      const current = status?.pods ? (status.pods.current.averageValue ?? '0') : unknown;
      return `${current}/${metric.pods?.target.averageValue ?? '0'}`;
    }
    case 'Resource':
      return named(metric.resource, status?.resource?.current);
    case 'ContainerResource':
      return named(metric.containerResource, status?.containerResource?.current);
    default:
      return '<unknown type>';
  }
}

function plain(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
  return `${current ? (current.value ?? '0') : unknown}/${target?.value ?? '0'}`;
}

function named(
  source: { readonly name: string; readonly target: MetricTarget } | undefined,
  current: MetricValueStatus | undefined,
): string {
  const { name = '', target } = source ?? {};
  if (target?.averageValue !== undefined) {
    return `${name}: ${current ? (current.averageValue ?? '0') : unknown}/${target.averageValue}`;
  }
  const percent = (n: number | undefined, otherwise: string) => (n === undefined ? otherwise : `${n}%`);
  return `${name}: ${percent(current?.averageUtilization, unknown)}/${percent(target?.averageUtilization, '<auto>')}`;
}

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  {
    name: 'Reference',
    type: 'string',
    field: 'spec.scaleTargetRef',
    value: ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}`,
  },
  { name: 'Targets', type: 'string', field: 'spec.metrics', value: targetsOf },
  {
    name: 'MinPods',
    type: 'string',
    field: 'spec.minReplicas',
    value: ({ spec }) => String(spec.minReplicas ?? '<unset>'),
  },
  // Numbers, whatever their type says.
  { name: 'MaxPods', type: 'string', field: 'spec.maxReplicas', value: ({ spec }) => spec.maxReplicas },
  {
    name: 'Replicas',
    type: 'string',
    field: 'status.currentReplicas',
    value: ({ status }) => status.currentReplicas ?? 0,
  },
  ageColumn,
];
