import assert from 'node:assert/strict';
import { deployment, namespace, node, pod, priorityClass, replicaSet, service } from '@tiphys/sdk/api';
import { isNotFound } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import { happenings } from './happenings.ts';
import { Invariants } from './invariants.ts';
import { assertSettled } from './settled.ts';
import { controllerManagers, schedulers, SimCluster } from './sim-cluster.ts';
import { apps, home, setTaint, tolerate } from './workloads.ts';

export interface Ending {
  /** What happened, in order. */
  readonly story: readonly string[];
  /** Everything that was stored when the cluster had come to rest. */
  readonly objects: string;
}

export interface StoryOptions {
  readonly seed: string;
  readonly steps?: number;
}

/**
 * A cluster that much happens to, and then nothing more: it must come to rest as it was told, and be empty in the end. What must
 * hold at every moment is checked all along. The same seed plays the same story.
 */
export async function playStory({ seed, steps = 60 }: StoryOptions): Promise<Ending> {
  const story: string[] = [];
  try {
    await using cluster = await SimCluster.start({ seed, nodes: 5 });
    const { client, clock } = cluster;
    const invariants = new Invariants(clock);
    await begin(cluster, invariants);
    const random = cluster.random.fork('story');
    for (let i = 0; i < steps; i++) {
      story.push(await clock.runUntil(happen(cluster, random, invariants)));
      await clock.advance(random.int(4) === 0 ? random.int(120_000) : random.int(5000));
      invariants.check();
    }
    await clock.runUntil(makeWell(cluster));
    await clock.advance(30 * 60_000);
    invariants.check();
    await assertSettled(client);
    const objects = await stored(cluster);
    await leaveNothing(cluster);
    return { story, objects };
  } catch (err) {
    if (err instanceof Error) err.message = `SEED=${seed} after: ${story.join('; ')}\n${err.message}`;
    throw err;
  }
}

/** What every story begins with. */
export async function begin({ client, clock, store }: SimCluster, invariants: Invariants): Promise<void> {
  store.observer = invariants.observe;
  await client.create(namespace, { metadata: { name: home } });
  await client.create(priorityClass, { metadata: { name: 'important' }, value: 1000 });
  await clock.advance(5000);
  for (const app of apps) {
    await client.create(service, {
      metadata: { name: app, namespace: home },
      spec: { selector: { app }, ports: [{ port: 80 }] },
    });
  }
}

export async function happen(cluster: SimCluster, random: Random, invariants: Invariants): Promise<string> {
  if (!cluster.serves) {
    await cluster.startServer();
    invariants.servesSince = cluster.clock.monotonic();
    return 'the API server is back';
  }
  return happenings[random.int(happenings.length)]!(cluster, random);
}

/** Everything runs, nothing fails, and every node takes pods. */
export async function makeWell(cluster: SimCluster): Promise<void> {
  const { client, store } = cluster;
  if (!cluster.serves) await cluster.startServer();
  cluster.setFailing(0);
  store.full = false;
  store.slowMs = 0;
  for (const name of controllerManagers) if (!cluster.runs(name)) cluster.startControllers(name);
  for (const name of schedulers) if (!cluster.runs(name)) cluster.startScheduler(name);
  for (const name of cluster.nodes) {
    if (!cluster.runs(name)) cluster.startNode(name);
    const patch = { spec: { unschedulable: null } };
    await tolerate(client.patch(node, { metadata: { name } }, { type: 'merge', patch }));
    await tolerate(setTaint(client, name));
  }
}

/** All that was made goes. */
export async function leaveNothing({ client, clock }: SimCluster): Promise<void> {
  await client.delete(namespace, { metadata: { name: home } });
  await tolerate(client.delete(namespace, { metadata: { name: 'side' } }));
  await clock.advance(10 * 60_000);
  await assert.rejects(client.get(namespace, { metadata: { name: home } }), isNotFound);
  for (const kind of [pod, replicaSet, deployment] as const) {
    const left = (await client.list(kind as typeof pod)).items.map((o) => o.metadata.name);
    assert.deepEqual(left, []);
  }
}

async function stored({ store }: SimCluster): Promise<string> {
  const { items } = await store.list('/');
  return items.map((i) => `${i.key} ${i.modRevision} ${Buffer.from(i.value).toString()}`).join('\n');
}
