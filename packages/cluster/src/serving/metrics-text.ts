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
