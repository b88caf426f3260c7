import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  configMap,
  event as eventKind,
  node as nodeKind,
  pod as podKind,
  type Pod,
  type PodManifest,
  serviceAccount,
} from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { type Client, createClient } from '@tiphys/sdk/client';
import { isNotFound } from '@tiphys/sdk/machinery';
import { type Logger, nullLogger, Registry, systemClock, systemRandom, TaskGroup } from '@tiphys/sdk/runtime';
import { ApiServer, bootstrap, ClusterIps, LocalNodes, standardParts, tlsNodes } from 'tiphys/apiserver';
import { defaultKubeletConfig, type KubeletConfig, removeNode, runKubelet } from 'tiphys/kubelet';
import {
  checkRequirements,
  defaultCniConfig,
  defaultNodeNetworkConfig,
  defaultNodeRoutesConfig,
  defaultProxyConfig,
  resetNetwork,
  runNodeNetwork,
  systemCommands,
} from 'tiphys/network';
import type { PodSandboxStats } from 'tiphys/kubelet/cri';
import { Pki, ServiceAccountTokens } from 'tiphys/pki';
import { MemoryBackend } from 'tiphys/store';
import { ContainerdLab, programNamed, whyNoContainers } from './containerd-lab.ts';

const clock = systemClock;
const random = systemRandom;

const issuer = 'https://kubernetes.default.svc';

export async function whyNoNode(): Promise<string | undefined> {
  const why = await whyNoContainers();
  if (why) return why;
  if (!(await programNamed('busybox'))) return 'needs busybox to have something to run';
  const needed = await checkRequirements(systemCommands, { ...defaultCniConfig, table: 'tiphys-node-lab' });
  const lacks = needed.filter((r) => !r.holds && !r.isOptional && !/forwarding|bridge/.test(r.what));
  return lacks.length ? `needs ${lacks.map((r) => r.what).join('; ')}` : undefined;
}

/** The image of everything that the lab's pods run. */
export const image = 'demo:1';
const programs = ['busybox'];

/**
 * A node of a cluster: an API server in memory, a containerd of its own, the real network and the real node agent, and no
 * scheduler. Names are its own, so that it meets no other node on the machine. Disposing leaves nothing.
 */
export class NodeLab implements AsyncDisposable {
  readonly nodeName = 'node-1';
  readonly client: Client;
  readonly containerd: ContainerdLab;
  readonly config: KubeletConfig;
  readonly #server: ApiServer;
  readonly #log: Logger;
  readonly #cni;
  readonly #tasks = new TaskGroup();
  /** From nothing to a node that is ready: runtime, agent and network. */
  readyMs = 0;
  #agent: TaskGroup | undefined;
  #endsPods = false;

  private constructor(server: ApiServer, containerd: ContainerdLab) {
    this.#server = server;
    this.#log = containerd.log;
    this.containerd = containerd;
    this.client = this.#as('admin', 'system:masters');
    const id = process.pid % 10_000;
    const podCIDR = `10.${230 + (id % 10)}.${Math.floor(id / 10) % 250}.0/24`;
    this.#cni = {
      ...defaultCniConfig,
      network: `tn${id}`,
      bridge: `tn${id}`,
      table: `tn${id}-pods`,
      forwardChain: `TN${id}-FORWARD`,
      podCIDR,
      clusterCIDR: podCIDR,
      confDir: containerd.cniConfDir,
      ipamDir: join(containerd.dir, 'ipam'),
    };
    this.config = {
      ...defaultKubeletConfig,
      nodeName: this.nodeName,
      hostname: this.nodeName,
      nodeIPs: ['127.0.0.1'],
      rootDir: join(containerd.dir, 'kubelet'),
      podLogsDir: join(containerd.dir, 'logs'),
      clusterDNS: ['10.96.0.10'],
      podCIDR: this.#cni.podCIDR,
      cgroupRoot: `tn${id}`,
      containerLogMaxBytes: 1024 ** 2,
    };
  }

  static async open({ log = nullLogger }: { log?: Logger } = {}): Promise<NodeLab> {
    const beganAt = clock.monotonic();
    const containerd = await ContainerdLab.open({ log });
    const runtimeMs = clock.monotonic() - beganAt;
    const lab = new NodeLab(new ApiServer({ store: new MemoryBackend(clock), clock, random, log }), containerd);
    try {
      await lab.#begin();
      lab.readyMs += runtimeMs;
      return lab;
    } catch (err) {
      await lab[Symbol.asyncDispose]();
      throw err;
    }
  }

  async #begin(): Promise<void> {
    const server = this.#server;
    const pki = new Pki(join(this.containerd.dir, 'pki'), { clock, random }, { serverNames: ['localhost'] });
    const tokens = new ServiceAccountTokens(pki.serviceAccountKey);
    const parts = standardParts({
      tokens,
      issuer,
      audiences: [issuer],
      tokenAuthenticators: [],
      nodes: new LocalNodes(tlsNodes({ ...pki.apiserverKubeletClient, ca: pki.ca.cert })),
      clusterIps: new ClusterIps('10.96.0.0/16', random),
      advertised: () => '127.0.0.1:6443',
    });
    await server.load(parts, this.#tasks.signal);
    this.#tasks.go((s) => server.run(s));
    await bootstrap(server);
    await this.client.create(serviceAccount, {
      metadata: { namespace: 'default', name: 'default' },
    });
    const rootCa = { metadata: { namespace: 'default', name: 'kube-root-ca.crt' }, data: { 'ca.crt': pki.ca.cert } };
    await this.client.create(configMap, rootCa);
    await this.containerd.addImage(`docker.io/library/${image}`, programs);
    const beganAt = clock.monotonic();
    await this.startAgent();
    await this.#network();
    await this.until('the node is ready', async () => {
      const { items } = await this.client.list(nodeKind);
      return items[0]?.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    });
    this.readyMs = clock.monotonic() - beganAt;
  }

  async #network(): Promise<void> {
    const client = this.#as('system:kube-proxy', 'system:masters');
    const id = this.#cni.network;
    const log = this.#log;
    const cache = new SharedCache({ client, clock, random, log }, this.#tasks.signal);
    this.#tasks.go(() => cache.done());
    const config = {
      ...defaultNodeNetworkConfig,
      node: this.nodeName,
      serviceCIDRs: ['10.96.0.0/16'],
      cni: this.#cni,
      proxy: { ...defaultProxyConfig, table: `${id}-proxy` },
      routes: { ...defaultNodeRoutesConfig, routeProtocol: 213 },
    };
    const ready = new Promise<void>((resolve) => {
      const deps = { cache, clock, log, metrics: new Registry(), config, onReady: () => resolve() };
      this.#tasks.go((s) => runNodeNetwork(deps, s));
    });
    await Promise.race([ready, this.#tasks.done().then(() => Promise.reject(new Error('the network ended')))]);
  }

  /** Starts the node agent; one that runs is stopped first. */
  async startAgent(more: Partial<KubeletConfig> = {}): Promise<void> {
    await this.stopAgent();
    const agent = new TaskGroup();
    const log = this.#log;
    this.#agent = agent;
    const client = this.#as(`system:node:${this.nodeName}`, 'system:nodes');
    const cache = new SharedCache({ client, clock, random, log }, agent.signal);
    const { runtime } = this.containerd;
    agent.go(() => cache.done());
    const config = { ...this.config, ...more };
    const endsPods = () => this.#endsPods;
    agent.go((s) => runKubelet({ client, cache, clock, random, log, config, runtime, endsPods }, s));
  }

  /** Stops the node agent; what it runs goes on unless told. */
  async stopAgent({ endsPods = false } = {}): Promise<void> {
    this.#endsPods = endsPods;
    await this.#agent?.[Symbol.asyncDispose]();
    this.#agent = undefined;
  }

  #as(name: string, group: string): Client {
    const user = { name, groups: [group, 'system:authenticated'], extra: {} };
    return createClient(this.#server.transport(user), { fieldManager: name });
  }

  /** A pod of one container that runs `script`, unless the manifest says otherwise. */
  create(name: string, script: string, spec: Partial<PodManifest['spec']> = {}, main: object = {}): Promise<Pod> {
    const container = {
      name: 'main',
      image,
      imagePullPolicy: 'IfNotPresent' as const,
      command: ['sh', '-c', script],
      ...main,
    };
    return this.client.create(podKind, {
      metadata: { namespace: 'default', name },
      spec: { nodeName: this.nodeName, terminationGracePeriodSeconds: 1, containers: [container], ...spec },
    });
  }

  async pod(name: string): Promise<Pod | undefined> {
    return this.client.get(podKind, { metadata: { namespace: 'default', name } }).catch((err: unknown) => {
      if (!isNotFound(err)) throw err;
      return undefined;
    });
  }

  /** The pod, once it is as wanted. */
  async podWhen(name: string, wanted: (pod: Pod) => unknown, patienceMs = 20_000): Promise<Pod> {
    let last: Pod | undefined;
    const holds = async () => {
      last = await this.pod(name);
      return last && wanted(last);
    };
    const state = async () => `${name}: ${JSON.stringify(last?.status)}\n${(await this.events(name)).join('\n')}`;
    await this.until(state, holds, patienceMs);
    return last!;
  }

  ready(name: string, patienceMs?: number): Promise<Pod> {
    return this.podWhen(name, isReady, patienceMs);
  }

  /** Deletes the pod and waits until nothing of it is left. */
  async remove(name: string): Promise<void> {
    await this.client.delete(podKind, { metadata: { namespace: 'default', name } });
    await this.until(`${name} is gone`, async () => !(await this.pod(name)));
    await this.until(`nothing of ${name} is left`, async () => (await this.sandboxes(name)).length === 0);
  }

  async exec(pod: Pod, script: string): Promise<string> {
    const id = pod.status.containerStatuses![0]!.containerID!.replace(/^.*:\/\//, '');
    const { signal } = this.#tasks;
    const { stdout, stderr, exitCode } = await this.containerd.runtime.execSync(id, ['sh', '-c', script], {
      signal,
      timeoutSeconds: 10,
    });
    assert.equal(exitCode, 0, stderr.toString());
    return stdout.toString().trim();
  }

  get bridge(): string {
    return this.#cni.bridge;
  }

  /** Sandboxes of a pod, whatever their state. */
  async sandboxes(name: string): Promise<string[]> {
    const labels = { 'io.kubernetes.pod.name': name };
    return (await this.containerd.runtime.listPodSandboxes({ labels }, this.#tasks)).map((s) => s.id);
  }

  /** What a pod uses, as the runtime counts it. */
  async stats(name: string): Promise<PodSandboxStats> {
    const all = await this.containerd.runtime.listPodSandboxStats(this.#tasks);
    return all.find((s) => s.attributes?.metadata?.name === name) ?? assert.fail(`no stats of ${name}`);
  }

  /** Ids of what runs, as statuses have them. */
  async running(): Promise<string[]> {
    const running = await this.containerd.runtime.listContainers({ state: 'CONTAINER_RUNNING' }, this.#tasks);
    return running.map((c) => `containerd://${c.id}`);
  }

  /** Mounts of the pods' volumes, or of one pod's. */
  async mounts(uid = ''): Promise<string[]> {
    const table = await readFile('/proc/self/mountinfo', 'utf8');
    return table.split('\n').filter((line) => line.includes(`${this.config.rootDir}/`) && line.includes(uid));
  }

  /** Of the pod's first container. */
  async cgroupOf(pod: Pod): Promise<Cgroup> {
    const own = await this.exec(pod, 'cat /proc/self/mountinfo');
    const isUnified = !own.includes(' - cgroup cgroup ');
    const id = pod.status.containerStatuses![0]!.containerID!.replace(/^.*:\/\//, '');
    const hierarchy = isUnified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory';
    const below = await readdir(join(hierarchy, this.config.cgroupRoot), { recursive: true });
    const found = below.find((path) => path.endsWith(`/${id}`));
    return { path: join('/', this.config.cgroupRoot, found ?? assert.fail(`no cgroup of ${id}`)), isUnified };
  }

  /** What users were told about a pod: `Reason: message`. */
  async events(name: string): Promise<string[]> {
    const { items } = await this.client.list(eventKind, { namespace: 'default' });
    return items
      .filter((e) => e.involvedObject.name === name)
      .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map((e) => `${e.reason}: ${e.message}`);
  }

  /** The same, once all of these are among it: events make way for work. */
  async eventsWith(name: string, ...wanted: readonly RegExp[]): Promise<string[]> {
    let events: string[] = [];
    await this.until(
      async () => `${name} is told of: ${wanted.join(', ')}; so far: ${events.join('; ')}`,
      async () => {
        events = await this.events(name);
        return wanted.every((w) => events.some((e) => w.test(e)));
      },
    );
    return events;
  }

  async until(
    what: string | (() => Promise<string>),
    holds: () => Promise<unknown>,
    patienceMs = 20_000,
  ): Promise<void> {
    const deadline = clock.monotonic() + patienceMs;
    while (!(await holds())) {
      if (clock.monotonic() > deadline) assert.fail(`not in time: ${typeof what === 'string' ? what : await what()}`);
      await clock.sleep(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAgent();
    await this.#removePods();
    await this.#tasks[Symbol.asyncDispose]().catch(() => undefined);
    // Leases of events would keep the process for as long as they last.
    await this.#server.deps.store.close();
    const names = { ...this.#cni, proxyTable: `${this.#cni.network}-proxy`, routeProtocol: 213 };
    await resetNetwork(names);
    await removeNode(this.config);
    await this.containerd[Symbol.asyncDispose]();
  }

  /** So that the network's plugins run, which remove what pods have of it. */
  async #removePods(): Promise<void> {
    const { runtime } = this.containerd;
    const { signal } = new AbortController();
    const sandboxes = await runtime.listPodSandboxes({}, { signal });
    await Promise.all(
      sandboxes.map(async ({ id }) => {
        await runtime.stopPodSandbox(id, { signal });
        await runtime.removePodSandbox(id, { signal });
      }),
    );
  }
}

export interface Cgroup {
  readonly path: string;
  readonly isUnified: boolean;
}

const limitFiles = {
  memory: ['memory/:/memory.limit_in_bytes', ':/memory.max'],
  cpuQuota: ['cpu/:/cpu.cfs_quota_us', ':/cpu.max'],
} as const;

/** A limit as the kernel has it, of either version. */
export async function cgroupValue({ path, isUnified }: Cgroup, limit: keyof typeof limitFiles): Promise<number> {
  const file = limitFiles[limit][isUnified ? 1 : 0].replace(':', path);
  return Number.parseInt(await readFile(join('/sys/fs/cgroup', file), 'utf8'), 10);
}

/** A script that runs until it is told to end. */
export const waits = 'trap "exit 0" TERM; sleep 1000 & wait';

/** What kubectl prints in its STATUS column of a pod that waits. */
export const statusOf = (pod: Pod): string | undefined => mainOf(pod)?.state.waiting?.reason;

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;

export const mainOf = ({ status }: Pod) => status.containerStatuses?.[0];
