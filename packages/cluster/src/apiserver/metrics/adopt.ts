import type { Metric, Registry } from 'prom-client';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** `_bucket`, `_sum`, `_count` of a histogram. */
  readonly suffix?: string;
}

/** A metric whose numbers are kept elsewhere and read when somebody asks. */
export interface ReadMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: () => readonly Sample[];
  /** Begins anew; what is only read goes on. */
  readonly reset?: () => void;
}

/** Puts it into the registry beside its own metrics; one of that name that is there already is replaced. */
export function adopt(registry: Registry, { name, help, type, samples, reset = () => {} }: ReadMetric): void {
  registry.removeSingleMetric(name);
  // The registry asks its metrics for nothing but this.
  const metric = {
    name,
    reset,
    get: () =>
      Promise.resolve({
        name,
        help,
        type,
        aggregator: 'sum',
        values: samples().map(({ labels, value, suffix = '' }) => ({ labels, value, metricName: `${name}${suffix}` })),
      }),
  };
  registry.registerMetric(metric as unknown as Metric);
}
