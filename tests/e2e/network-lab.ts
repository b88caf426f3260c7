import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endpointSlice, node as nodeKind, service as serviceKind, type ServiceSpecManifest } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { isAlreadyExists, type JsonObject, type KubeObject } from '@tiphys/sdk/machinery';
import { type Logger, nullLogger, Registry, seededRandom, systemClock, TaskGroup } from '@tiphys/sdk/runtime';
import type { Kind } from '@tiphys/sdk/schema';
import type { ObjectKey } from '@tiphys/sdk/client';
import { FakeClient } from '@tiphys/sdk/testing';
import {
  checkRequirements,
  type CniConfig,
  type CniPaths,
  type Commands,
  commandsIn,
  defaultCniConfig,
  defaultNodeNetworkConfig,
  defaultNodeRoutesConfig,
  defaultProxyConfig,
  publishDns,
  resetNetwork,
  runNodeNetwork,
  systemCommands,
} from 'tiphys/network';

const peer = fileURLToPath(new URL('network-peer.js', import.meta.url));

/** Why this machine can't run the lab; undefined when it can. */
export async function whyNoLab(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  const needed = await checkRequirements(systemCommands, { ...defaultCniConfig, table: 'tiphys-lab' });
  // Forwarding is switched on in the lab's own namespaces.
  const lacks = needed.filter((r) => !r.holds && !r.what.startsWith('forwarding'));
  for (const program of ['ip', 'conntrack']) {
    const isThere = await systemCommands
      .run(program, ['--version'])
      .catch(() => systemCommands.run(program, ['-V']))
      .then(
        () => true,
        () => false,
      );
    if (!isThere) return `needs the program ${program}`;
  }
  return lacks.length ? `needs ${lacks.map((r) => r.what).join('; ')}` : undefined;
}

export interface LabNode {
  name: string;
  address: string;
  namespace: string;
  config: CniConfig;
  commands: Commands;
  paths: CniPaths;
}

export interface LabPod {
  name: string;
  node: LabNode;
  namespace: string;
  address: string;
}

/**
 * Two nodes and a client outside the cluster on one link, each in a network namespace of its own, with pods that the real CNI
 * plugins connect and the real proxy serving what the test puts into the cluster by `client`. Disposing removes it all.
 */
export class NetworkLab implements AsyncDisposable {
  readonly client = new FakeClient({ clock: systemClock, random: seededRandom('lab') });
  /** The namespace of the machine outside the cluster. */
  readonly outside: string;
  readonly outsideAddress = '192.0.2.2';
  readonly nodes: LabNode[] = [];
  readonly #prefix: string;
  readonly #dir: string;
  readonly #tasks = new TaskGroup();
  readonly #servers: ChildProcess[] = [];
  readonly #namespaces: string[] = [];
  readonly #log: Logger = nullLogger;

  private constructor(prefix: string, dir: string) {
    this.#prefix = prefix;
    this.#dir = dir;
    this.outside = `${prefix}-out`;
  }

  static async open({ checkMs = 30_000 } = {}): Promise<NetworkLab> {
    const lab = new NetworkLab(`tl${process.pid % 10_000}`, await mkdtemp(join(tmpdir(), 'tiphys-lab-')));
    try {
      await lab.#build(checkMs);
    } catch (err) {
      await lab[Symbol.asyncDispose]();
      throw err;
    }
    return lab;
  }

  async #build(checkMs: number): Promise<void> {
    await this.#addNamespace(this.outside);
    const outside = commandsIn(this.outside);
    await ip(outside, 'link add link0 type bridge');
    await ip(outside, `addr add ${this.outsideAddress}/24 dev link0`);
    await ip(outside, 'link set link0 up');
    const deps = { client: this.client, clock: systemClock, random: seededRandom('cache'), log: this.#log };
    const cache = new SharedCache(deps, this.#tasks.signal);
    this.#tasks.go(() => cache.done());
    for (const [i, name] of ['a', 'b'].entries()) this.nodes.push(await this.#addNode({ name, i, cache, checkMs }));
  }

  async #addNamespace(name: string): Promise<void> {
    await ip(systemCommands, `netns add ${name}`);
    this.#namespaces.push(name);
    await ip(commandsIn(name), 'link set lo up');
  }

  async #addNode({ name, i, cache, checkMs }: AddNodeOptions): Promise<LabNode> {
    const namespace = `${this.#prefix}-${name}`;
    const address = `192.0.2.${11 + i}`;
    await this.#addNamespace(namespace);
    const commands = commandsIn(namespace);
    // As on a machine where nobody has switched it on.
    await commands.run('sh', ['-c', 'echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables']);
    const port = `port${i}`;
    await ip(systemCommands, `link add ${port} netns ${this.outside} type veth peer eth0 netns ${namespace}`);
    await ip(commandsIn(this.outside), `link set ${port} master link0 up`);
    await ip(commands, `addr add ${address}/24 dev eth0`);
    await ip(commands, 'link set eth0 up');
    await ip(commands, `route add default via ${this.outsideAddress}`);

    const dirs = { confDir: join(this.#dir, name, 'net.d'), ipamDir: join(this.#dir, name, 'ipam') };
    const config = {
      ...defaultNodeNetworkConfig,
      node: name,
      serviceCIDRs: ['10.96.0.0/16'],
      cni: { ...defaultCniConfig, ...dirs },
      proxy: { ...defaultProxyConfig, minSyncMs: 10, checkMs },
      checkMs,
    };
    const deps = { cache, clock: systemClock, log: this.#log, metrics: new Registry(), commands, config };
    const ready = new Promise<CniPaths>((onReady) => {
      this.#tasks.go((signal) => runNodeNetwork({ ...deps, onReady }, signal));
    });
    const podCIDR = `10.244.${i}.0/24`;
    const status = { addresses: [{ type: 'InternalIP', address }] };
    await this.put(nodeKind, { metadata: { name }, spec: { podCIDR, podCIDRs: [podCIDR] }, status });
    const failed = this.#tasks.done().then(() => Promise.reject(new Error('the node ended')));
    const paths = await Promise.race([ready, failed]);
    failed.catch(() => undefined); // at the end they are stopped
    return { name, address, namespace, config: { ...config.cni, podCIDR }, commands, paths };
  }

  /** A pod that serves TCP and UDP on 8080, connected as a container runtime would. */
  async addPod(name: string, node: LabNode, portMappings: PortMapping[] = []): Promise<LabPod> {
    const namespace = `${this.#prefix}-${name}`;
    await this.#addNamespace(namespace);
    const result = await this.#cni('ADD', namespace, node, portMappings);
    const address = result.ips[0]!.address.split('/')[0]!;
    await this.serve(namespace, 8080, name);
    return { name, node, namespace, address };
  }

  async removePod({ namespace, node }: LabPod): Promise<void> {
    await this.#cni('DEL', namespace, node);
    await ip(systemCommands, `netns delete ${namespace}`);
  }

  /** Runs the plugins of the conflist, each with what the one before gave. */
  async #cni(command: 'ADD' | 'DEL', namespace: string, node: LabNode, portMappings: PortMapping[] = []) {
    const list = JSON.parse(await readFile(node.paths.conflist, 'utf8')) as {
      plugins: { type: string; capabilities?: { portMappings: boolean } }[];
    };
    const { plugins, ...shared } = list;
    let prevResult: CniResult | undefined;
    for (const plugin of command === 'ADD' ? plugins : plugins.toReversed()) {
      const { capabilities, ...config } = plugin;
      const runtimeConfig = capabilities?.portMappings ? { runtimeConfig: { portMappings } } : {};
      const stdin = JSON.stringify({ ...shared, ...config, ...runtimeConfig, ...(prevResult && { prevResult }) });
      const env = {
        CNI_COMMAND: command,
        CNI_CONTAINERID: namespace,
        CNI_NETNS: `/var/run/netns/${namespace}`,
        CNI_IFNAME: 'eth0',
        CNI_PATH: node.paths.binDir,
      };
      const said = await node.commands.run(join(node.paths.binDir, plugin.type), [], { stdin, env });
      if (said) prevResult = JSON.parse(said) as CniResult;
    }
    return prevResult ?? { ips: [] };
  }

  /** Answers on a port of a namespace until the lab closes. */
  serve(namespace: string, port: number, name: string): Promise<void> {
    return this.#start(namespace, 'serve', String(port), name);
  }

  /** Runs the DNS server of the cluster on a node and makes it known to the proxies. */
  async serveDns({ namespace, address }: LabNode, port: number): Promise<void> {
    await this.#start(namespace, 'dns', address, String(port));
    const { signal } = new AbortController();
    await publishDns(this.client, { clusterIP: '10.96.0.10', address, port }, signal);
  }

  /** What a DNS server knows, asked from within a namespace. */
  async resolve(from: string, server: string, name: string, type = 'A'): Promise<string[]> {
    const args = [peer, 'resolve', server, name, type];
    return JSON.parse(await commandsIn(from).run(process.execPath, args)) as string[];
  }

  async #start(namespace: string, ...args: string[]): Promise<void> {
    const server = spawn('ip', ['netns', 'exec', namespace, process.execPath, peer, ...args]);
    this.#servers.push(server);
    const failed = once(server, 'exit').then(() => Promise.reject(new Error(`${args.join(' ')} ended`)));
    await Promise.race([once(server.stdout, 'data'), failed]);
    failed.catch(() => undefined); // at the end they are killed
  }

  /** What is heard at an address from within a namespace, `count` times over. */
  async ask(from: string, to: string, o: AskOptions = {}): Promise<string[]> {
    const { protocol = 'tcp', count = 1, localPort } = o;
    const [host = '', port = ''] = to.split(':');
    const args = [peer, 'ask', protocol, host, port, String(count), ...(localPort ? [String(localPort)] : [])];
    return JSON.parse(await commandsIn(from).run(process.execPath, args)) as string[];
  }

  /** Asks until the answers are as wanted; fails with the last ones. */
  async until(
    wanted: (answers: string[]) => boolean,
    ask: () => Promise<string[]>,
    { patienceMs = 10_000 } = {},
  ): Promise<string[]> {
    const deadline = systemClock.monotonic() + patienceMs;
    for (;;) {
      const answers = await ask();
      if (wanted(answers)) return answers;
      if (systemClock.monotonic() > deadline) throw new Error(`still ${JSON.stringify(answers)}`);
    }
  }

  /** Makes a service of port 80 and its slice for these pods. */
  async putService(name: string, pods: LabPod[], spec: ServiceSpecManifest): Promise<void> {
    await this.put(serviceKind, {
      metadata: { namespace: 'default', name },
      spec: { ports: [{ port: 80, protocol: 'TCP' }], ...spec },
    });
    await this.putEndpoints(name, pods, spec.ports?.[0]?.protocol ?? 'TCP');
  }

  async putEndpoints(name: string, pods: LabPod[], protocol = 'TCP'): Promise<void> {
    await this.put(endpointSlice, {
      metadata: { namespace: 'default', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ port: 8080, protocol: protocol === 'UDP' ? 'UDP' : 'TCP' }],
      endpoints: pods.map(({ address, node }) => ({ addresses: [address], conditions: {}, nodeName: node.name })),
    });
  }

  /** Creates the object, or changes what the manifest says. */
  async put<O extends KubeObject, M>(kind: Kind<O, M>, manifest: M & ObjectKey): Promise<void> {
    const { status, ...patch } = manifest as M & { status?: JsonObject };
    await this.client.create(kind, manifest).catch((err: unknown) => {
      if (!isAlreadyExists(err)) throw err;
      return this.client.patch(kind, manifest, { type: 'merge', patch });
    });
    if (!status) return;
    await this.client.patch(kind, manifest, { type: 'merge', patch: { status } }, { subresource: 'status' });
  }

  /** Stops the proxies; what they made stays. */
  async stop(): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server.kill('SIGKILL');
    await this.stop();
    for (const { config, commands } of this.nodes) {
      const names = { ...config, proxyTable: defaultProxyConfig.table };
      await resetNetwork({ ...names, routeProtocol: defaultNodeRoutesConfig.routeProtocol }, commands);
    }
    for (const name of this.#namespaces) await ip(systemCommands, `netns delete ${name}`).catch(() => undefined);
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/** Runs `ip` with a line of words. */
const ip = (commands: Commands, line: string): Promise<string> => commands.run('ip', line.split(' '));

interface AddNodeOptions {
  name: string;
  i: number;
  cache: SharedCache;
  checkMs: number;
}

interface CniResult {
  ips: { address: string }[];
}

export interface PortMapping {
  hostPort: number;
  containerPort: number;
  protocol: 'tcp' | 'udp';
}

export interface AskOptions {
  protocol?: 'tcp' | 'udp';
  count?: number;
  localPort?: number;
}
