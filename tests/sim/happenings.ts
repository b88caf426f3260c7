import { deployment, namespace, node, pod, replicaSet, service } from '@tiphys/sdk/api';
import type { Random } from '@tiphys/sdk/runtime';
import { controllerManagers, schedulers, type SimCluster } from './sim-cluster.ts';
import { apps, home, pick, put, setTaint, tolerate } from './workloads.ts';

/** One thing that may happen to a cluster. Answers what it was. */
export type Happening = (cluster: SimCluster, random: Random) => Promise<string>;

async function deploy({ client }: SimCluster, random: Random): Promise<string> {
  const app = pick(random, apps);
  const replicas = random.int(9);
  const tolerates = random.int(3) === 0;
  await put(client, { app, replicas, version: `v${random.int(3)}`, tolerates });
  return `${app} is to have ${replicas}${tolerates ? ', on tainted nodes too' : ''}`;
}

async function undeploy({ client }: SimCluster, random: Random): Promise<string> {
  const app = pick(random, apps);
  await tolerate(client.delete(deployment, { metadata: { name: app, namespace: home } }));
  return `${app} is deleted`;
}

async function deletePod({ client }: SimCluster, random: Random): Promise<string> {
  const pods = (await client.list(pod, { namespace: home })).items;
  if (pods.length) await tolerate(client.delete(pod, pick(random, pods)));
  return 'a pod is deleted';
}

async function loseNode(cluster: SimCluster, random: Random): Promise<string> {
  const name = pick(random, cluster.nodes);
  if (!cluster.runs(name)) {
    cluster.startNode(name);
    return `${name} is back`;
  }
  await cluster.stopPart(name);
  return `${name} is lost`;
}

async function replaceNode(cluster: SimCluster, random: Random): Promise<string> {
  const name = pick(random, cluster.nodes);
  await cluster.stopPart(name);
  await tolerate(cluster.client.delete(node, { metadata: { name } }));
  cluster.startNode(name);
  return `${name} is deleted and registers again`;
}

async function cordon({ client, nodes }: SimCluster, random: Random): Promise<string> {
  const name = pick(random, nodes);
  const unschedulable = random.int(2) === 0;
  const patch = { spec: { unschedulable } };
  await tolerate(client.patch(node, { metadata: { name } }, { type: 'merge', patch }));
  return `${name} is ${unschedulable ? 'cordoned' : 'uncordoned'}`;
}

async function taint({ client, nodes }: SimCluster, random: Random): Promise<string> {
  const name = pick(random, nodes);
  const effect = pick(random, ['NoSchedule', 'NoExecute', 'PreferNoSchedule', undefined] as const);
  await tolerate(setTaint(client, name, effect));
  return `${name} is tainted ${effect ?? 'no more'}`;
}

async function breakWatches(cluster: SimCluster): Promise<string> {
  cluster.dropWatches();
  return 'watches break';
}

async function failRequests(cluster: SimCluster, random: Random): Promise<string> {
  const share = random.int(3) / 10;
  cluster.setFailing(share);
  return `${share * 100} % of requests fail`;
}

async function restartControllers(cluster: SimCluster, random: Random): Promise<string> {
  const name = pick(random, controllerManagers);
  await cluster.stopPart(name);
  cluster.startControllers(name);
  return `${name} starts anew`;
}

async function restartScheduler(cluster: SimCluster, random: Random): Promise<string> {
  const name = pick(random, schedulers);
  await cluster.stopPart(name);
  cluster.startScheduler(name);
  return `${name} starts anew`;
}

/** Nobody but the part itself knows that it is cut off: its lease runs out, and another takes over. */
async function cutOff(cluster: SimCluster, random: Random): Promise<string> {
  const name = pick(random, [...controllerManagers, ...schedulers]);
  const share = random.int(2);
  cluster.setFailing(share, name);
  if (share) cluster.dropWatches(name);
  return `${name} ${share ? 'is cut off' : 'is reached again'}`;
}

async function stopServer(cluster: SimCluster, random: Random): Promise<string> {
  await cluster.stopServer();
  const forgets = random.int(2) === 0;
  if (forgets) await cluster.store.compact(cluster.store.revision);
  return `the API server ends${forgets ? ', and the past is forgotten' : ''}`;
}

async function ailDisk({ store }: SimCluster, random: Random): Promise<string> {
  store.full = !store.full && random.int(2) === 0;
  store.slowMs = random.int(3) * 300;
  return store.full ? 'the disk is full' : `writes take ${store.slowMs} ms`;
}

async function jumpClock({ clock }: SimCluster, random: Random): Promise<string> {
  const hours = random.int(25) - 12;
  clock.jump(hours * 3_600_000);
  return `the clock jumps by ${hours} h`;
}

/** Another writer beside the controllers: what they read is out of date when they write. */
async function meddle({ client }: SimCluster, random: Random): Promise<string> {
  for (const kind of [deployment, replicaSet, pod]) {
    for (const o of (await client.list(kind as typeof pod, { namespace: home })).items) {
      if (random.int(2)) continue;
      const patch = { metadata: { annotations: { meddled: String(random.int(1000)) } } };
      await tolerate(client.patch(kind as typeof pod, o, { type: 'merge', patch }));
    }
  }
  return 'somebody meddles';
}

async function reselect({ client }: SimCluster, random: Random): Promise<string> {
  const [name, app] = [pick(random, apps), pick(random, apps)];
  const patch = { spec: { selector: { app } } };
  await tolerate(client.patch(service, { metadata: { name, namespace: home } }, { type: 'merge', patch }));
  return `service ${name} leads to ${app}`;
}

/** A namespace that comes and goes while there is work in it. */
async function sideNamespace({ client }: SimCluster, random: Random): Promise<string> {
  const side = { metadata: { name: 'side' } };
  if (random.int(3) === 0) {
    await tolerate(client.delete(namespace, side));
    return 'namespace side is deleted';
  }
  await tolerate(client.create(namespace, side));
  await put(client, { app: 'web', namespace: 'side', replicas: random.int(4), version: 'v1', cpu: '100m' });
  return 'namespace side is to have pods';
}

export const happenings: readonly Happening[] = [
  deploy,
  deploy,
  deploy,
  deploy,
  undeploy,
  deletePod,
  deletePod,
  loseNode,
  loseNode,
  replaceNode,
  cordon,
  cordon,
  taint,
  breakWatches,
  breakWatches,
  failRequests,
  restartControllers,
  restartScheduler,
  cutOff,
  stopServer,
  ailDisk,
  ailDisk,
  jumpClock,
  meddle,
  reselect,
  sideNamespace,
];
