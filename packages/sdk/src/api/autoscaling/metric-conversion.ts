import type { LabelSelector } from '../meta/label-selector.ts';
import type { CrossVersionObjectReference, MetricSpec, MetricStatus, MetricTarget } from './metric.ts';

/**
 * Metrics as autoscaling/v1 writes them into annotations, which have no fields for them: flat, with names of their own. What
 * isn't there is left out, but for amounts that can't be.
 */
export interface FlatMetric {
  readonly type: string;
  readonly object?: FlatSource;
  readonly pods?: FlatSource;
  readonly resource?: FlatSource;
  readonly containerResource?: FlatSource;
  readonly external?: FlatSource;
}

interface FlatSource {
  readonly target?: CrossVersionObjectReference;
  readonly name?: string;
  readonly metricName?: string;
  readonly metricSelector?: LabelSelector;
  readonly selector?: LabelSelector;
  readonly container?: string;
  readonly targetValue?: string;
  readonly averageValue?: string;
  readonly targetAverageValue?: string;
  readonly targetAverageUtilization?: number;
  readonly currentValue?: string;
  readonly currentAverageValue?: string;
  readonly currentAverageUtilization?: number;
}

/** Without what isn't said. */
const said = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const reference = ({ kind, name, apiVersion }: CrossVersionObjectReference): CrossVersionObjectReference => ({
  kind,
  name,
  ...(apiVersion && { apiVersion }),
});

export const flatSpec = (metric: MetricSpec): FlatMetric => flat(metric, 'target', undefined);
export const flatStatus = (metric: MetricStatus): FlatMetric => flat(metric, 'current', '0');

interface Identifier {
  readonly name: string;
  readonly selector?: LabelSelector;
}

interface Amount {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

/** A metric that says how much is wanted, or how much there is. */
interface Measured<Word extends string> {
  readonly type: string;
  readonly object?: { describedObject: CrossVersionObjectReference; metric: Identifier } & Record<Word, Amount>;
  readonly pods?: { metric: Identifier } & Record<Word, Amount>;
  readonly resource?: { name: string } & Record<Word, Amount>;
  readonly containerResource?: { name: string; container: string } & Record<Word, Amount>;
  readonly external?: { metric: Identifier } & Record<Word, Amount>;
}

/** `least` stands for amounts that a target may leave open. */
function flat<Word extends 'target' | 'current'>(
  metric: Measured<Word>,
  word: Word,
  least: '0' | undefined,
): FlatMetric {
  const { type, object, pods, resource, containerResource, external } = metric;
  const used = ({ averageUtilization, averageValue = least }: Amount) => ({
    [`${word}AverageUtilization`]: averageUtilization,
    [`${word}AverageValue`]: averageValue,
  });
  return said({
    type,
    object:
      object &&
      said({
        target: reference(object.describedObject),
        metricName: object.metric.name,
        [`${word}Value`]: object[word].value ?? '0',
        selector: object.metric.selector,
        averageValue: object[word].averageValue,
      }),
    pods:
      pods &&
      said({
        metricName: pods.metric.name,
        [`${word}AverageValue`]: pods[word].averageValue ?? '0',
        selector: pods.metric.selector,
      }),
    resource: resource && said({ name: resource.name, ...used(resource[word]) }),
    containerResource:
      containerResource &&
      said({
        name: containerResource.name,
        ...used(containerResource[word]),
        container: containerResource.container,
      }),
    external:
      external &&
      said({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        [`${word}Value`]: external[word].value ?? least,
        [`${word}AverageValue`]: external[word].averageValue,
      }),
  }) as FlatMetric;
}

const identified = (source: FlatSource): Identifier => {
  const selector = source.selector ?? source.metricSelector;
  return { name: source.metricName ?? '', ...(selector && { selector }) };
};

export function specOf({ type, object, pods, resource, containerResource, external }: FlatMetric): MetricSpec {
  return said({
    type,
    object: object && {
      describedObject: reference(object.target ?? { kind: '', name: '' }),
      target: objectTarget(object),
      metric: identified(object),
    },
    pods: pods && {
      metric: identified(pods),
      target: { type: 'AverageValue', averageValue: pods.targetAverageValue ?? '0' },
    },
    resource: resource && { name: resource.name ?? '', target: useTarget(resource) },
    containerResource: containerResource && {
      name: containerResource.name ?? '',
      target: useTarget(containerResource),
      container: containerResource.container ?? '',
    },
    external: external && {
      metric: identified(external),
      target: said({
        type: external.targetValue === undefined ? 'AverageValue' : 'Value',
        value: external.targetValue,
        averageValue: external.targetAverageValue,
      }),
    },
  }) as MetricSpec;
}

/** Nothing stands where there was nothing, as a value can't be left out. */
function objectTarget({ targetValue = '0', averageValue }: FlatSource): MetricTarget {
  if (averageValue === undefined) return { type: 'Value', value: targetValue };
  return { type: 'AverageValue', ...(targetValue !== '0' && { value: targetValue }), averageValue };
}

const useTarget = ({ targetAverageUtilization, targetAverageValue }: FlatSource): MetricTarget =>
  said({
    type: targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization',
    averageValue: targetAverageValue,
    averageUtilization: targetAverageUtilization,
  }) as MetricTarget;

export function statusOf({ type, object, pods, resource, containerResource, external }: FlatMetric): MetricStatus {
  const used = ({ currentAverageUtilization, currentAverageValue = '0' }: FlatSource) =>
    said({ averageValue: currentAverageValue, averageUtilization: currentAverageUtilization });
  return said({
    type,
    object: object && {
      metric: identified(object),
      current: said({ value: object.currentValue ?? '0', averageValue: object.averageValue }),
      describedObject: reference(object.target ?? { kind: '', name: '' }),
    },
    pods: pods && { metric: identified(pods), current: { averageValue: pods.currentAverageValue ?? '0' } },
    resource: resource && { name: resource.name ?? '', current: used(resource) },
    containerResource: containerResource && {
      name: containerResource.name ?? '',
      current: used(containerResource),
      container: containerResource.container ?? '',
    },
    external: external && {
      metric: identified(external),
      current: said({ value: external.currentValue ?? '0', averageValue: external.currentAverageValue }),
    },
  }) as MetricStatus;
}
