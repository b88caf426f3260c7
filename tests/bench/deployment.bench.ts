import { createInterface } from 'node:readline';
import type { Bench } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';
import { webernetes } from './webernetes.ts';

const replicas = 500;
const path = '/apis/apps/v1/namespaces/default/deployments';

/** From a Deployment to pods that are Ready, through controllers, scheduler and simulated nodes. */
export const deployment: Bench = {
  name: 'deployment',
  async run(progress) {
    progress('500 replicas');
    await using cluster = await TiphysProcess.start('up', '--nodes', 'sim:10');
    const { client } = cluster;
    await until(async () => (await nodes()) === 10);
    await rollOut('warm', 20);
    const own = await cluster.measure(replicas, () => rollOut('bench', replicas));
    progress('webernetes');
    const peer = await webernetes(replicas);
    return [
      {
        what: `${replicas} pods Ready`,
        definition: `a Deployment of ${replicas} replicas on 10 simulated nodes, from its POST until its status says they are Ready; CPU per pod`,
        rate: replicas / own.result,
        cpuUs: own.cpuUs,
        loopP99Ms: own.loopP99Ms,
        loopMaxMs: own.loopMaxMs,
        peers: [peer],
      },
    ];

    async function nodes(): Promise<number> {
      const { text } = await client.request('GET', '/api/v1/nodes', { keep: true });
      const { items } = JSON.parse(text) as {
        items: { status: { conditions?: { type: string; status: string }[] } }[];
      };
      return items.filter((n) => n.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')).length;
    }

    /** Seconds that it took. */
    async function rollOut(name: string, count: number): Promise<number> {
      const labels = { app: name };
      const spec = { containers: [{ name: 'main', image: 'registry.example/app:1' }] };
      const body = JSON.stringify({
        metadata: { name },
        spec: { replicas: count, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      });
      const begun = performance.now();
      const { status, text } = await client.request('POST', path, { body, keep: true });
      if (status !== 201) throw new Error(`the Deployment was answered ${status}: ${text}`);
      const told = client.stream('GET', `${path}?watch=true&fieldSelector=metadata.name%3D${name}`);
      for await (const line of createInterface({ input: told })) {
        const { object } = JSON.parse(line) as { object: { status?: { readyReplicas?: number } } };
        if (object.status?.readyReplicas === count) break;
      }
      told.destroy();
      return (performance.now() - begun) / 1000;
    }
  },
};

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('not reached within 60 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
