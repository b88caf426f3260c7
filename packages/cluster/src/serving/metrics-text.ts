import { type Clock, pacerOf, type Registry } from '@tiphys/sdk/runtime';

/** All metrics as Prometheus reads them. There are thousands of lines: they are written in turns. */
export async function metricsText(registry: Registry, clock: Clock): Promise<string> {
  const pacer = pacerOf(clock);
  const texts: string[] = [];
  for (const { name } of registry.getMetricsAsArray()) {
    await pacer.turn();
    texts.push(await registry.getSingleMetricAsString(name));
  }
  return `${texts.join('\n\n')}\n`;
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** What is answered where metrics are: to DELETE they begin anew. */
export async function metricsTextOrReset(registry: Registry, method: string, clock: Clock): Promise<string> {
  if (method !== 'DELETE') return metricsText(registry, clock);
  registry.resetMetrics();
  return 'metrics reset\n';
}
