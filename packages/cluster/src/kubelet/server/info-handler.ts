import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pod } from '@tiphys/sdk/api';
import type { Clock, Registry } from '@tiphys/sdk/runtime';
import {
  Health,
  type HealthAnswer,
  metricsTextOrReset,
  metricsType,
  Profiling,
  type PlainAnswer,
} from '../../serving/index.ts';
import type { PodSummary, Summary } from './summary.ts';

/** What a node tells of itself. */
export interface NodeInfo {
  pods(): readonly Pod[];
  /** Pods of which the runtime has something that runs, whether or not the API knows them. */
  runningPods(): Promise<readonly Pod[]>;
  summary(): Promise<Summary>;
  readonly metrics?: Registry;
  /** Why the node isn't well; undefined when it is. */
  problem(): string | undefined;
}

/**
 * `/healthz`, `/pods`, `/runningpods`, `/stats/summary`, `/debug/pprof/`, `/metrics` and what is under it; false for other paths.
 */
export function infoHandler(
  info: NodeInfo,
  clock: Clock,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const health = new Health(() => [
    { name: 'ping', check: () => undefined },
    { name: 'log', check: () => undefined },
    { name: 'syncloop', check: () => info.problem() },
  ]);
  const profiling = new Profiling(clock);
  const told = async (registry: Registry | undefined, method: string): Promise<PlainAnswer> => {
    if (!registry) return metrics('');
    const body = await metricsTextOrReset(registry, method, clock);
    return method === 'DELETE' ? text(body) : metrics(body);
  };
  const answers: Readonly<Record<string, (method: string) => Promise<PlainAnswer>>> = {
    '/pods': async () => json(podList(info.pods())),
    '/runningpods': async () => json(podList(await info.runningPods())),
    '/stats/summary': async () => json(await info.summary()),
    '/metrics': (method) => told(info.metrics, method),
    '/metrics/slis': (method) => told(health.metrics, method),
    '/metrics/resource': async () => metrics(resourceMetrics(await info.summary())),
  };
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://node');
    const path = pathname.replace(/\/$/, '');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer =
      profiling.answer(pathname, searchParams, gone.signal) ??
      (/^\/healthz(\/|$)/.test(path) ? health.answer(path, searchParams)?.then(healthText) : undefined) ??
      answers[path]?.(request.method ?? 'GET');
    if (!answer) return false;
    void answer.then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (err: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(err)}\n`),
    );
    return true;
  };
}

const typed = (type: string, body: string, status = 200): PlainAnswer => ({
  status,
  headers: { 'content-type': type },
  body,
});
const text = (body: string, status = 200): PlainAnswer => typed('text/plain; charset=utf-8', body, status);
const json = (value: unknown): PlainAnswer => typed('application/json', JSON.stringify(value));
const metrics = (body: string): PlainAnswer => typed(metricsType, body);
const healthText = (found: HealthAnswer): PlainAnswer => text(found.text, found.status);

const podList = (items: readonly Pod[]) => ({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });

/** What metrics-server reads: usage by container, pod and node. */
export function resourceMetrics({ node, pods }: Summary): string {
  const lines = new Map<string, { type: string; help: string; samples: string[] }>();
  const add = (name: string, labels: Readonly<Record<string, string>>, sample: Sample) => {
    if (sample.value === undefined) return;
    const { type, help } = resourceMetric[name]!;
    const entry = lines.get(name) ?? { type, help, samples: [] };
    const shown = Object.entries(labels).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
    const at = sample.time ? ` ${Date.parse(sample.time)}` : '';
    entry.samples.push(`${name}${shown.length ? `{${shown.join(',')}}` : ''} ${sample.value}${at}`);
    lines.set(name, entry);
  };
  const usage = (
    prefix: string,
    labels: Readonly<Record<string, string>>,
    { cpu, memory }: Pick<PodSummary, 'cpu' | 'memory'>,
  ) => {
    const seconds = cpu?.usageCoreNanoSeconds;
    add(`${prefix}_cpu_usage_seconds_total`, labels, {
      value: seconds === undefined ? undefined : seconds / 1e9,
      time: cpu?.time,
    });
    add(`${prefix}_memory_working_set_bytes`, labels, { value: memory?.workingSetBytes, time: memory?.time });
  };
  for (const pod of pods) {
    const { name, namespace } = pod.podRef;
    for (const c of pod.containers) {
      const labels = { container: c.name, namespace, pod: name };
      usage('container', labels, c);
      add('container_start_time_seconds', labels, { value: c.startTime ? Date.parse(c.startTime) / 1000 : undefined });
    }
  }
  usage('node', {}, node);
  for (const pod of pods) usage('pod', { namespace: pod.podRef.namespace, pod: pod.podRef.name }, pod);
  const all = [...lines].map(
    ([name, { type, help, samples }]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join('\n')}\n`,
  );
  return `${all.join('')}# HELP resource_scrape_error 1 if there was an error while getting container metrics, 0 otherwise\n# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n`;
}

interface Sample {
  readonly value: number | undefined;
  readonly time?: string | undefined;
}

const resourceMetric: Readonly<Record<string, { type: string; help: string }>> = Object.fromEntries(
  ['container', 'node', 'pod'].flatMap((what) => [
    [
      `${what}_cpu_usage_seconds_total`,
      { type: 'counter', help: `Cumulative cpu time consumed by the ${what} in core-seconds` },
    ],
    [`${what}_memory_working_set_bytes`, { type: 'gauge', help: `Current working set of the ${what} in bytes` }],
    ...(what === 'container'
      ? [
          [
            'container_start_time_seconds',
            { type: 'gauge', help: 'Start time of the container since unix epoch in seconds' },
          ],
        ]
      : []),
  ]),
);
