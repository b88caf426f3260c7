import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endpointSlice, node as nodeKind, service as serviceKind, type ServiceSpecManifest } from '@tiphys/sdk/api';
import { type Logger, nullLogger, Registry, systemClock, TaskGroup } from '@tiphys/sdk/runtime';
import {
  checkRequirements,
  type CniConfig,
  type CniPaths,
  type Commands,
  commandsIn,
  defaultCniConfig,
  defaultNodeRoutesConfig,
  defaultProxyConfig,
  ensureCni,
  resetNetwork,
  runNodeRoutes,
  runProxy,
  systemCommands,
} from 'tiphys/network';
import { HeldObjects } from './held-objects.ts';

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
 * plugins connect and the real proxy serving what the test puts into `objects`. Disposing removes it all.
 */
export class NetworkLab implements AsyncDisposable {
  readonly objects = new HeldObjects();
  readonly client: string;
  readonly clientAddress = '192.0.2.2';
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
    this.client = `${prefix}-out`;
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
    await this.#addNamespace(this.client);
    const outside = commandsIn(this.client);
    await outside.run('ip', ['link', 'add', 'link0', 'type', 'bridge']);
    await outside.run('ip', ['addr', 'add', `${this.clientAddress}/24`, 'dev', 'link0']);
    await outside.run('ip', ['link', 'set', 'link0', 'up']);
    for (const [i, name] of ['a', 'b'].entries()) await this.#addNode(name, i);
    for (const node of this.nodes) this.#runNode(node, checkMs);
  }

  async #addNamespace(name: string): Promise<void> {
    await systemCommands.run('ip', ['netns', 'add', name]);
    this.#namespaces.push(name);
    await commandsIn(name).run('ip', ['link', 'set', 'lo', 'up']);
  }

  async #addNode(name: string, i: number): Promise<void> {
    const namespace = `${this.#prefix}-${name}`;
    const address = `192.0.2.${11 + i}`;
    await this.#addNamespace(namespace);
    const commands = commandsIn(namespace);
    const port = `port${i}`;
    await systemCommands.run('ip', [
      'link',
      'add',
      port,
      'netns',
      this.client,
      'type',
      'veth',
      'peer',
      'eth0',
      'netns',
      namespace,
    ]);
    await commandsIn(this.client).run('ip', ['link', 'set', port, 'master', 'link0', 'up']);
    await commands.run('ip', ['addr', 'add', `${address}/24`, 'dev', 'eth0']);
    await commands.run('ip', ['link', 'set', 'eth0', 'up']);
    await commands.run('ip', ['route', 'add', 'default', 'via', this.clientAddress]);
    const config: CniConfig = {
      ...defaultCniConfig,
      podCIDR: `10.244.${i}.0/24`,
      confDir: join(this.#dir, name, 'net.d'),
      ipamDir: join(this.#dir, name, 'ipam'),
    };
    const paths = await ensureCni({ config, log: this.#log, commands });
    this.nodes.push({ name, address, namespace, config, commands, paths });
  }

  #runNode({ name, address, config: { podCIDR }, commands }: LabNode, checkMs: number): void {
    this.objects.put(nodeKind, {
      metadata: { name },
      spec: { podCIDR, podCIDRs: [podCIDR] },
      status: { addresses: [{ type: 'InternalIP', address }] },
    });
    const deps = { cache: this.objects, clock: systemClock, log: this.#log, commands };
    const proxy = {
      ...defaultProxyConfig,
      node: name,
      podCIDRs: ['10.244.0.0/16'],
      serviceCIDRs: ['10.96.0.0/16'],
      minSyncMs: 10,
      checkMs,
    };
    const routes = { ...defaultNodeRoutesConfig, node: name };
    this.#tasks.go((signal) => runProxy({ ...deps, metrics: new Registry(), config: proxy }, signal));
    this.#tasks.go((signal) => runNodeRoutes({ ...deps, config: routes }, signal));
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
    await systemCommands.run('ip', ['netns', 'delete', namespace]);
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
  async serve(namespace: string, port: number, name: string): Promise<ChildProcess> {
    const server = spawn('ip', ['netns', 'exec', namespace, process.execPath, peer, 'serve', String(port), name]);
    this.#servers.push(server);
    await once(server.stdout, 'data');
    return server;
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
  putService(name: string, pods: LabPod[], spec: ServiceSpecManifest): void {
    this.objects.put(serviceKind, {
      metadata: { namespace: 'default', name },
      spec: { ports: [{ port: 80, protocol: 'TCP' }], ...spec },
    });
    this.putEndpoints(name, pods, spec.ports?.[0]?.protocol ?? 'TCP');
  }

  putEndpoints(name: string, pods: LabPod[], protocol = 'TCP'): void {
    this.objects.put(endpointSlice, {
      metadata: { namespace: 'default', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ port: 8080, protocol: protocol === 'UDP' ? 'UDP' : 'TCP' }],
      endpoints: pods.map(({ address, node }) => ({ addresses: [address], conditions: {}, nodeName: node.name })),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server.kill('SIGKILL');
    await this.#tasks[Symbol.asyncDispose]();
    for (const { config, commands } of this.nodes) {
      const names = { ...config, proxyTable: defaultProxyConfig.table };
      await resetNetwork({ ...names, routeProtocol: defaultNodeRoutesConfig.routeProtocol }, commands);
    }
    for (const name of this.#namespaces)
      await systemCommands.run('ip', ['netns', 'delete', name]).catch(() => undefined);
    await rm(this.#dir, { recursive: true, force: true });
  }
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
