import { configMap, node as nodeKind, pod as podKind, secret, service } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { EventBroadcaster } from '@tiphys/sdk/operator';
import {
  Broadcast,
  type Clock,
  group,
  type Logger,
  type Random,
  type Registry,
  throwIfAborted,
  watchWallClock,
} from '@tiphys/sdk/runtime';
import type { KubeletConfig } from './config.ts';
import { BackOff, ImagePuller, ServiceAccountTokens } from '../podspec/index.ts';
import { parseResolvConf } from './containers/dns.ts';
import { pullCredentials } from './containers/pull-credentials.ts';
import type { ContainerRuntime } from './cri/index.ts';
import { ImageGarbage, LogKeeper } from './garbage/index.ts';
import { type KubeletHost, systemHost } from './host.ts';
import { NodeAgent } from './node/node-agent.ts';
import type { NodeFacts } from './pods/node-facts.ts';
import { PodWorkers } from './pods/pod-workers.ts';
import { Relist } from './pods/relist.ts';
import { type NodeServing, serveNode } from './server/index.ts';
import { StatusWriter } from './status/status-writer.ts';
import { ReferencedObjects } from './volumes/index.ts';

export interface KubeletDeps {
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Registry;
  readonly config: KubeletConfig;
  readonly runtime: ContainerRuntime;
  /** The machine we run on unless given. */
  readonly host?: KubeletHost;
  /** How the node's own server is reached; there is none without. */
  readonly serving?: NodeServing;
  /** Asked when told to stop: whether the pods end with us, each with its grace. They go on otherwise, to be found again. */
  readonly endsPods?: () => boolean;
  /** Called once the server has the node's status as it is now, not as an earlier run left it. */
  readonly onReady?: () => void;
}

const runtimeRetryMs = 1000;
/** What the runtime may take beside the grace of the pods when all of them end. */
const shutdownSlackSeconds = 30;

/** The node agent: registers its node, runs the pods that are bound to it, and says how they do, until stopped. */
export async function runKubelet(deps: KubeletDeps, signal: AbortSignal): Promise<void> {
  const { client, cache, clock, config, runtime } = deps;
  const log = deps.log.child({ component: 'kubelet' });
  const random = deps.random.fork('kubelet');
  await using tasks = group(signal);
  const runtimeName = await nameOfRuntime(runtime, clock, log, tasks.signal);
  const driver = (await runtime.cgroupDriver({ signal: tasks.signal })) ?? 'cgroupfs';
  const host = deps.host ?? (await systemHost(config, driver));

  const { nodeName: hostName } = config;
  const events = new EventBroadcaster({ client, clock, random, log, component: 'kubelet', host: hostName });
  tasks.go((s) => events.run(s));
  const changes = new Broadcast();
  const changed = (uid: string) => {
    workers.wake(uid);
    changes.notify();
  };
  const relist = new Relist({ runtime, clock, log, changed });
  const problems = () => [relist.problem()].filter((p) => p !== undefined);
  const { machine } = host;
  const agent = new NodeAgent({ client, clock, random, log, events, config, runtime, machine, problems });
  await agent.register(tasks.signal);
  deps.onReady?.();

  const pods = cache.informer(podKind, { fieldSelector: `spec.nodeName=${config.nodeName}` });
  const services = cache.informer(service);
  const statuses = new StatusWriter({ client, clock, log, current: (uid) => pods.byUid(uid) });
  const watching = { client, clock, random, log };
  const configMaps = new ReferencedObjects(configMap, watching, (uid) => workers.wake(uid));
  const secrets = new ReferencedObjects(secret, watching, (uid) => workers.wake(uid));
  const tokens = new ServiceAccountTokens({ client, clock, random });
  const node: NodeFacts = {
    hostname: config.hostname,
    hostIPs: config.nodeIPs,
    memoryCapacity: machine.facts.memoryBytes,
    allocatable: () => agent.allocatable(),
    hostDns: async () => parseResolvConf(await host.files.readHostFile(config.resolvConf)),
    networkProblem: () => agent.networkProblem(),
  };
  const workers = new PodWorkers(
    {
      config,
      clock,
      random,
      log,
      events,
      runtime,
      runtimeName,
      images: new ImagePuller({ images: runtime.images, clock, credentials: pullCredentials }),
      node,
      files: host.files,
      volumes: host.volumes({ configMaps, secrets, tokens, allocatable: () => agent.allocatable() }),
      cgroups: host.cgroups,
      configMaps,
      secrets,
      services: () => services.list(),
      statuses,
      restarts: new BackOff(clock),
    },
    tasks,
  );
  const garbage = garbageOf({ ...deps, log }, host, (reason, message) => agent.warn(reason, message));
  try {
    await Promise.all([pods.synced(tasks.signal), services.synced(tasks.signal)]);
    tasks.go((s) => agent.run(s));
    tasks.go((s) => statuses.run(s));
    const ends = [
      pods.on((next, old) => (next ? workers.set(next) : workers.remove(old!))),
      passOnPodCIDR(deps, tasks.signal),
    ];
    tasks.go((s) => removeOrphans(workers, { relist, host }, s));
    tasks.go((s) => relist.run(s));
    for (const part of garbage) tasks.go((s) => part.run(s));
    // Tokens and deadlines of pods go by the wall clock.
    tasks.go((s) => watchWallClock(clock, () => workers.wakeAll(), s));
    const { serving, metrics } = deps;
    if (serving) {
      const served = {
        client,
        clock,
        log,
        config,
        runtime,
        machine,
        serving,
        ...(metrics && { metrics }),
        pod: (namespace: string, name: string) => pods.get(namespace, name),
        pods: () => pods.list(),
        changed: (_uid: string, s: AbortSignal) => changes.next(s),
        problem: () => relist.problem(),
      };
      tasks.go((s) => serveNode(served, s));
    }
    tasks.signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
    await tasks.done();
  } finally {
    configMaps.close();
    secrets.close();
  }
  if (!signal.aborted || !deps.endsPods?.()) return;
  const seconds = config.shutdownGraceSeconds;
  log.info('ending the pods of the node', { graceSeconds: seconds });
  await workers.endAll(seconds, clock.timeout((seconds + shutdownSlackSeconds) * 1000));
}

/** What keeps the disk from filling up: logs are rotated, images that nobody uses removed. */
function garbageOf(
  { runtime, clock, log, config }: KubeletDeps,
  { files, diskUsage }: KubeletHost,
  tell: (reason: string, message: string) => void,
): readonly { run(signal: AbortSignal): Promise<void> }[] {
  const { containerLogMaxBytes: maxBytes, containerLogMaxFiles: maxFiles, imageGarbage, sandboxImage } = config;
  return [
    new LogKeeper({ runtime, files, clock, log, maxBytes, maxFiles }),
    new ImageGarbage({ runtime, clock, log, config: imageGarbage, diskUsage, sandboxImage, tell }),
  ];
}

/** What pods that went while we were away have left. */
async function removeOrphans(
  workers: PodWorkers,
  { relist, host }: { relist: Relist; host: KubeletHost },
  signal: AbortSignal,
): Promise<void> {
  await relist.look(signal);
  const left = new Set([...relist.uids, ...(await host.files.list())]);
  for (const uid of left) if (!workers.has(uid)) await workers.removeOrphan(uid, signal);
}

/** Waits for the runtime to answer; ids of containers begin with its name. */
async function nameOfRuntime(
  runtime: ContainerRuntime,
  clock: Clock,
  log: Logger,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    try {
      return (await runtime.version({ signal })).runtimeName;
    } catch (err) {
      throwIfAborted(signal);
      log.warn('waiting for the container runtime', { error: String(err) });
    }
    await clock.sleep(runtimeRetryMs, signal);
  }
}

/** Tells the runtime the node's range of pod addresses, whoever assigns it. */
function passOnPodCIDR({ cache, runtime, config, log }: KubeletDeps, signal: AbortSignal): () => void {
  let told = '';
  return cache.informer(nodeKind, { fieldSelector: `metadata.name=${config.nodeName}` }).on((node) => {
    const cidr = node?.spec.podCIDR ?? '';
    if (!cidr || cidr === told) return;
    told = cidr;
    runtime.setPodCIDR(cidr, { signal }).catch((err: unknown) => {
      told = '';
      if (!signal.aborted) log.warn('the runtime did not take the pod CIDR', { cidr, error: String(err) });
    });
  });
}
