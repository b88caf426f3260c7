import { type Clock, Counter, Gauge, Histogram, type Registry, type WorkQueueObserver } from '../runtime/index.ts';

const buckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

interface Metrics {
  depth: Gauge<'name'>;
  adds: Counter<'name'>;
  retries: Counter<'name'>;
  waited: Histogram<'name'>;
  worked: Histogram<'name'>;
  unfinished: Gauge<'name'>;
  longest: Gauge<'name'>;
}

const registered = new WeakMap<Registry, Metrics>();

/** Upstream's `workqueue_*` metrics of one queue. */
export function queueMetrics(registry: Registry, name: string, clock: Clock): WorkQueueObserver<string> {
  const m = metricsOf(registry);
  const addedAt = new Map<string, number>();
  const takenAt = new Map<string, number>();
  const labels = { name };
  const seconds = (since: number) => (clock.monotonic() - since) / 1000;
  m.depth.set(labels, 0);
  running(m).add(() => {
    const ages = [...takenAt.values()].map(seconds);
    m.unfinished.set(
      labels,
      ages.reduce((a, b) => a + b, 0),
    );
    m.longest.set(labels, Math.max(0, ...ages));
  });
  return {
    added(key) {
      m.adds.inc(labels);
      m.depth.inc(labels);
      addedAt.set(key, clock.monotonic());
    },
    taken(key) {
      m.depth.dec(labels);
      const since = addedAt.get(key);
      if (since !== undefined) m.waited.observe(labels, seconds(since));
      addedAt.delete(key);
      takenAt.set(key, clock.monotonic());
    },
    done(key) {
      const since = takenAt.get(key);
      if (since !== undefined) m.worked.observe(labels, seconds(since));
      takenAt.delete(key);
    },
    retried: () => m.retries.inc(labels),
  };
}

const collectors = new WeakMap<Metrics, Set<() => void>>();

/** What brings the gauges of running work up to date when somebody looks. */
function running(metrics: Metrics): Set<() => void> {
  let set = collectors.get(metrics);
  if (!set) collectors.set(metrics, (set = new Set()));
  return set;
}

function metricsOf(registry: Registry): Metrics {
  const known = registered.get(registry);
  if (known) return known;
  const options = <N extends string>(metric: N, help: string) => ({
    name: `workqueue_${metric}`,
    help,
    labelNames: ['name'] as const,
    registers: [registry],
  });
  const made: Metrics = {
    depth: new Gauge(options('depth', 'Current depth of workqueue')),
    adds: new Counter(options('adds_total', 'Total number of adds handled by workqueue')),
    retries: new Counter(options('retries_total', 'Total number of retries handled by workqueue')),
    waited: new Histogram({
      ...options('queue_duration_seconds', 'How long in seconds an item stays in workqueue before being requested.'),
      buckets,
    }),
    worked: new Histogram({
      ...options('work_duration_seconds', 'How long in seconds processing an item from workqueue takes.'),
      buckets,
    }),
    unfinished: new Gauge({
      ...options(
        'unfinished_work_seconds',
        "How many seconds of work has done that is in progress and hasn't been observed by work_duration. " +
          'Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.',
      ),
      collect: () => {
        for (const refresh of running(made)) refresh();
      },
    }),
    longest: new Gauge(
      options(
        'longest_running_processor_seconds',
        'How many seconds has the longest running processor for workqueue been running.',
      ),
    ),
  };
  registered.set(registry, made);
  return made;
}
