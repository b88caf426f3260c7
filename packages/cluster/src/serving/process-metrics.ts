import { collectDefaultMetrics, type Registry } from 'prom-client';

const known = new WeakSet<Registry>();

/** The process by Prometheus' names (`process_*`, `nodejs_*`), its event loop's delay among them. Once per registry. */
export function processMetrics(registry: Registry): void {
  if (known.has(registry)) return;
  known.add(registry);
  collectDefaultMetrics({ register: registry });
  // Gauges under names of counters, which linters of metrics refuse.
  for (const what of ['resources', 'handles', 'requests']) registry.removeSingleMetric(`nodejs_active_${what}_total`);
}
