import { fork } from 'node:child_process';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { watchLoop } from './loop-delay.ts';
import type { Row } from './row.ts';

/** The same Deployment in webernetes, in a process of its own. It has no HTTP: its own informer says when pods are Ready. */
export async function webernetes(replicas: number): Promise<Row> {
  const child = fork(fileURLToPath(import.meta.url), ['run', String(replicas)]);
  const result = await new Promise<Pick<Row, 'rate' | 'cpuUs' | 'loopP99Ms' | 'loopMaxMs'>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Row));
    child.once('exit', (code) => reject(new Error(`webernetes ended with code ${code}`)));
  });
  child.kill();
  return { what: 'webernetes 0.3.5', definition: 'the same Deployment on 10 of its nodes, in process', ...result };
}

/** The package's modules import each other without extensions, as a bundler would find them. */
const resolver = `export async function resolve(specifier, context, next) {
  for (const ending of ['', '.js', '/index.js']) {
    try { return await next(specifier + ending, context); } catch (err) { if (!specifier.startsWith('.') || ending === '/index.js') throw err; }
  }
}`;

/** What is used of the package, whose own types need a bundler too. */
interface Webernetes {
  BaseImage: new () => object;
  Cluster: new (options: { nodes: number }) => {
    registerImage(image: unknown): void;
    init(): Promise<void>;
    informer(resource: 'pods', callback: (type: string, pod: PeerPod) => void): unknown;
    apply(objects: readonly object[]): Promise<unknown>;
  };
}

interface PeerPod {
  metadata?: { name?: string; labels?: Record<string, string> };
  status?: { conditions?: { type: string; status: string }[] };
}

async function run(replicas: number): Promise<void> {
  register(`data:text/javascript,${encodeURIComponent(resolver)}`);
  const { BaseImage, Cluster } = (await import('@ngrok/webernetes')) as unknown as Webernetes;
  class Idle extends BaseImage {
    static readonly imageName = 'idle';
    static readonly imageVersion = '1.0';
    readonly defaultCommand = ['server'];
    exec(process: { waitUntilKilled(): Promise<number> }): Promise<number> {
      return process.waitUntilKilled();
    }
  }
  const cluster = new Cluster({ nodes: 10 });
  cluster.registerImage(Idle);
  await cluster.init();
  const ready = new Set<string>();
  const done = new Promise<void>((resolve) => {
    cluster.informer('pods', (_type, { metadata, status }) => {
      if (!metadata?.labels?.['app'] || !status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'))
        return;
      ready.add(metadata.name ?? '');
      if (ready.size === replicas) resolve();
    });
  });
  const held = watchLoop();
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await cluster.apply([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'bench' },
      spec: {
        replicas,
        selector: { matchLabels: { app: 'bench' } },
        template: {
          metadata: { labels: { app: 'bench' } },
          spec: { containers: [{ name: 'main', image: 'idle:1.0' }] },
        },
      },
    },
  ]);
  await done;
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({
    rate: replicas / ((performance.now() - begun) / 1000),
    cpuUs: (user + system) / replicas,
    ...held(),
  });
}

if (process.argv[2] === 'run') await run(Number(process.argv[3]));
