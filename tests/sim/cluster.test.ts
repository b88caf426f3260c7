import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment, type DeploymentManifest, namespace, node, pod, replicaSet, service } from '@tiphys/sdk/api';
import { isConflict, isNotFound, StatusError } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import { assertSettled, Invariants } from './invariants.ts';
import { SimCluster } from './sim-cluster.ts';

const seeds = process.env['SEED']?.split(',') ?? ['1', '2', '3', '4'];
const steps = 60;
const apps = ['web', 'db', 'cache', 'queue'];
const home = 'app';

for (const seed of seeds) {
  test(`a cluster that much happens to comes to rest as it was told (SEED=${seed})`, async () => {
    await using cluster = await SimCluster.start({ seed, nodes: 5 });
    const { client, clock } = cluster;
    const random = cluster.random.fork('story');
    const invariants = new Invariants(client);
    await client.create(namespace, { metadata: { name: home } });
    await clock.advance(5000);
    for (const app of apps) {
      await client.create(service, {
        metadata: { name: app, namespace: home },
        spec: { selector: { app }, ports: [{ port: 80 }] },
      });
    }
    const story: string[] = [];
    try {
      for (let i = 0; i < steps; i++) {
        story.push(await happen(cluster, random));
        await clock.advance(random.int(4) === 0 ? random.int(120_000) : random.int(5000));
        await invariants.check();
      }
      await makeWell(cluster);
      await clock.advance(20 * 60_000);
      await invariants.check();
      await assertSettled(client);

      await client.delete(namespace, { metadata: { name: home } });
      await clock.advance(10 * 60_000);
      await assert.rejects(client.get(namespace, { metadata: { name: home } }), isNotFound);
      for (const kind of [pod, replicaSet, deployment] as const) {
        assert.deepEqual(
          (await client.list(kind as typeof pod)).items.map((o) => o.metadata.name),
          [],
        );
      }
    } catch (err) {
      if (err instanceof Error) err.message = `SEED=${seed} after: ${story.join('; ')}\n${err.message}`;
      throw err;
    }
  });
}

/** One thing that may happen to a cluster. Answers what it was. */
async function happen(cluster: SimCluster, random: Random): Promise<string> {
  const app = pick(random, apps);
  const replicas = random.int(9);
  const where = pick(random, cluster.nodes);
  switch (random.int(12)) {
    case 0:
    case 1:
    case 2:
      await put(cluster, app, replicas, `v${random.int(3)}`);
      return `${app} is to have ${replicas}`;
    case 3:
      await tolerate(cluster.client.delete(deployment, { metadata: { name: app, namespace: home } }));
      return `${app} is deleted`;
    case 4:
      if (cluster.runs(where)) {
        await cluster.stopPart(where);
        return `${where} is lost`;
      }
      cluster.startNode(where);
      return `${where} is back`;
    case 5:
      cluster.dropWatches();
      return 'watches break';
    case 6: {
      const share = random.int(3) / 10;
      cluster.setFailing(share);
      return `${share * 100} % of requests fail`;
    }
    case 7:
      await cluster.stopPart('controllers-0');
      cluster.startControllers('controllers-0');
      return 'the controllers start anew';
    case 8:
      await cluster.stopPart('scheduler-0');
      cluster.startScheduler('scheduler-0');
      return 'the scheduler starts anew';
    case 9:
      await meddle(cluster, random);
      return 'somebody meddles';
    case 10: {
      const unschedulable = random.int(2) === 0;
      await tolerate(
        cluster.client.patch(
          node,
          { metadata: { name: where } },
          { type: 'merge', patch: { spec: { unschedulable } } },
        ),
      );
      return `${where} is ${unschedulable ? 'cordoned' : 'uncordoned'}`;
    }
    default: {
      const pods = (await cluster.client.list(pod, { namespace: home })).items;
      if (pods.length) await tolerate(cluster.client.delete(pod, pick(random, pods)));
      return 'a pod is deleted';
    }
  }
}

/** Another writer beside the controllers: what they read is out of date when they write. */
async function meddle({ client }: SimCluster, random: Random): Promise<void> {
  for (const kind of [deployment, replicaSet, pod]) {
    for (const o of (await client.list(kind as typeof pod, { namespace: home })).items) {
      if (random.int(2)) continue;
      const patch = { metadata: { annotations: { meddled: String(random.int(1000)) } } };
      await tolerate(client.patch(kind as typeof pod, o, { type: 'merge', patch }));
    }
  }
}

async function put({ client }: SimCluster, app: string, replicas: number, version: string): Promise<void> {
  const labels = { app };
  const manifest: DeploymentManifest = {
    metadata: { name: app, namespace: home },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'main',
              image: `registry.example/${app}:${version}`,
              resources: { requests: { cpu: '250m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  };
  await client.apply(deployment, manifest, { force: true });
}

async function makeWell(cluster: SimCluster): Promise<void> {
  cluster.setFailing(0);
  for (const name of cluster.nodes) {
    if (!cluster.runs(name)) cluster.startNode(name);
    await tolerate(
      cluster.client.patch(node, { metadata: { name } }, { type: 'merge', patch: { spec: { unschedulable: null } } }),
    );
  }
}

/** What is gone or was changed meanwhile is nobody's fault. */
async function tolerate(write: Promise<unknown>): Promise<void> {
  await write.catch((err: unknown) => {
    if (!(err instanceof StatusError) || !(isNotFound(err) || isConflict(err))) throw err;
  });
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random.int(from.length)]!;
