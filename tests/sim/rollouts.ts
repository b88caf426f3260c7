// Rollouts under a control plane that ails, while the nodes are well: node rollouts.js
import assert from 'node:assert/strict';
import { deployment, namespace } from '@tiphys/sdk/api';
import { Invariants } from './invariants.ts';
import { assertSettled } from './settled.ts';
import { controllerManagers, schedulers, SimCluster } from './sim-cluster.ts';
import { home, pick, put } from './workloads.ts';

const sizes = { web: 8, db: 4, cache: 5 };

await using cluster = await SimCluster.start({ seed: 'rollouts', nodes: 4 });
const { client, clock } = cluster;
const random = cluster.random.fork('story');
const invariants = new Invariants(clock);
cluster.store.observer = invariants.observe;
await client.create(namespace, { metadata: { name: home } });
await clock.advance(5000);
for (const [app, replicas] of Object.entries(sizes)) await put(client, { app, replicas, version: 'v0', cpu: '100m' });
await clock.advance(60_000);
await assertSettled(client);
// A quarter of them, rounded down, may be unavailable.
for (const [app, replicas] of Object.entries(sizes)) invariants.floors.set(app, replicas - Math.floor(replicas / 4));

const ails: (() => Promise<void> | void)[] = [
  () => cluster.dropWatches(),
  () => [...controllerManagers, ...schedulers].forEach((part) => cluster.setFailing(random.int(3) / 10, part)),
  async () => {
    const part = pick(random, controllerManagers);
    await cluster.stopPart(part);
    cluster.startControllers(part);
  },
  async () => {
    await cluster.stopServer();
    if (random.int(2)) await cluster.store.compact(cluster.store.revision);
    await cluster.startServer();
  },
  () => clock.jump((random.int(9) - 4) * 3_600_000),
  () => void (cluster.store.slowMs = random.int(3) * 200),
];
for (let i = 0; i < 60; i++) {
  const [app, replicas] = pick(random, Object.entries(sizes));
  await clock.runUntil(put(client, { app, replicas, version: `v${i}`, cpu: '100m' }));
  await clock.advance(random.int(20_000));
  await clock.runUntil((async () => pick(random, ails)())());
  await clock.advance(random.int(20_000));
  invariants.check();
}
cluster.setFailing(0);
cluster.store.slowMs = 0;
await clock.advance(15 * 60_000);
invariants.check();
await assertSettled(client);
const versions = (await client.list(deployment, { namespace: home })).items.map((d) => d.metadata.generation ?? 0);
assert.ok(versions.reduce((a, b) => a + b, 0) > 50, 'there were rollouts');
console.log('no rollout took more than it may');
