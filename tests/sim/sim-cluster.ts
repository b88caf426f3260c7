import { generateKeyPairSync } from 'node:crypto';
import { SharedCache } from '@tiphys/sdk/cache';
import { type Client, createClient, type Transport } from '@tiphys/sdk/client';
import { LeaseLost, withLeadership } from '@tiphys/sdk/operator';
import { group, type Logger, nullLogger, type Random, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { ApiServer, bootstrap, ClusterIps, serverItself, standardParts, type UserInfo } from 'tiphys/apiserver';
import { runControllers } from 'tiphys/controllers';
import { ServiceAccountTokens } from 'tiphys/pki';
import { runScheduler } from 'tiphys/scheduler';
import { defaultSimNodesConfig, runSimNodes } from 'tiphys/simnode';
import { compactRegularly } from 'tiphys/store';
import { FlakyTransport } from './flaky-transport.ts';
import { FrailStore } from './frail-store.ts';

/** A part of the cluster that can be stopped and started again. */
interface Part {
  readonly network: FlakyTransport[];
  stop(): Promise<void>;
}

interface RunningServer {
  readonly server: ApiServer;
  stop(): Promise<void>;
}

export interface SimClusterOptions {
  readonly seed: string;
  readonly nodes: number;
  readonly log?: Logger;
}

/** Two of each, of which one leads. */
export const controllerManagers = ['controllers-0', 'controllers-1'];
export const schedulers = ['scheduler-0', 'scheduler-1'];

/**
 * A whole cluster in one process and in simulated time: the real API server over a store in memory, every controller, the
 * scheduler and simulated nodes, each over a network of its own that may be bad. The same seed makes the same run. What is asked
 * of it may need time to pass: await it by `clock.runUntil`.
 */
export class SimCluster implements AsyncDisposable {
  readonly clock = new SimClock();
  readonly store = new FrailStore(this.clock);
  readonly random: Random;
  /** An administrator's, over a good network. */
  readonly client: Client;
  readonly nodes: readonly string[];
  readonly log: Logger;
  readonly #stop = new AbortController();
  readonly #parts = new Map<string, Part>();
  #server: RunningServer | undefined;
  /** How often something was started, so that each run of a part has chances of its own. */
  #starts = 0;
  #failing = 0;

  private constructor({ seed, nodes, log = nullLogger }: SimClusterOptions) {
    this.random = seededRandom(seed);
    this.log = log;
    this.nodes = Array.from({ length: nodes }, (_, i) => `${letterOf(i)}-0`);
    this.client = createClient(this.#reach(serverItself), { fieldManager: 'simulation' });
  }

  static async start(options: SimClusterOptions): Promise<SimCluster> {
    const cluster = new SimCluster(options);
    await cluster.startServer();
    for (const name of controllerManagers) cluster.startControllers(name);
    for (const name of schedulers) cluster.startScheduler(name);
    for (const name of cluster.nodes) cluster.startNode(name);
    await cluster.clock.settle();
    return cluster;
  }

  get serves(): boolean {
    return this.#server !== undefined;
  }

  /** Starts an API server over what is stored. */
  async startServer(): Promise<void> {
    const { clock, store } = this;
    const random = this.random.fork(`server ${this.#starts++}`);
    const stop = new AbortController();
    const server = new ApiServer({ store, clock, random, log: this.log });
    const issuer = 'https://kubernetes.default.svc';
    const parts = standardParts({
      tokens: new ServiceAccountTokens(signingKey),
      issuer,
      audiences: [issuer],
      tokenAuthenticators: [],
      clusterIps: new ClusterIps('10.0.0.0/16', random.fork('cluster-ips')),
      advertised: () => '10.0.0.1:6443',
      nodes: { connect: () => Promise.reject(new Error('nobody speaks to nodes here')) },
    });
    await server.load(parts, stop.signal);
    const served = Promise.all([
      server.run(stop.signal),
      compactRegularly(store, { clock, log: this.log }, stop.signal),
    ]);
    await bootstrap(server);
    this.#server = {
      server,
      stop: async () => {
        stop.abort();
        await served;
      },
    };
  }

  /** Ends the API server; until it is started again nobody reaches it. */
  async stopServer(): Promise<void> {
    const running = this.#server;
    this.#server = undefined;
    this.dropWatches();
    await running?.stop();
  }

  startControllers(name: string): void {
    const accounts = ['system:serviceaccounts', 'system:serviceaccounts:kube-system'];
    const lead = { lease: 'kube-controller-manager', user: 'system:kube-controller-manager', groups: [] };
    this.#start(name, lead, (deps, clientOf, s) =>
      runControllers(
        {
          ...deps,
          clientOf: (account) => clientOf(`system:serviceaccount:kube-system:${account}`, accounts),
          config: {
            rootCa: 'the authority of the cluster',
            nodeIpam: { clusterCidr: '10.244.0.0/16', nodeMaskSize: 24 },
          },
        },
        s,
      ),
    );
  }

  startScheduler(name: string): void {
    const lead = { lease: 'kube-scheduler', user: 'system:kube-scheduler', groups: [] };
    this.#start(name, lead, (deps, _clientOf, s) => runScheduler(deps, s));
  }

  startNode(name: string): void {
    this.#start(name, { user: `system:node:${name}`, groups: ['system:masters'] }, (deps, _clientOf, s) =>
      runSimNodes(
        {
          ...deps,
          clientOf: () => deps.client,
          config: {
            ...defaultSimNodesConfig,
            namePrefix: name.slice(0, -1),
            firstAddress: `100.64.0.${1 + this.nodes.indexOf(name)}`,
            capacity: { cpu: '4', memory: '8Gi', pods: '20' },
            startMs: 500,
            stopMs: 200,
          },
        },
        s,
      ),
    );
  }

  runs(part: string): boolean {
    return this.#parts.has(part);
  }

  /** Ends a controller manager, a scheduler or a node by name; what it left half done stays so. */
  async stopPart(name: string): Promise<void> {
    const part = this.#parts.get(name);
    this.#parts.delete(name);
    await part?.stop();
  }

  /** Breaks the watches of everybody, or of one part. */
  dropWatches(part?: string): void {
    for (const [name, { network }] of this.#parts) {
      if (part === undefined || part === name) for (const n of network) n.dropWatches();
    }
  }

  /** From now on this share of all requests fails; those of one part only when it is named. */
  setFailing(share: number, part?: string): void {
    if (part === undefined) this.#failing = share;
    for (const [name, { network }] of this.#parts) {
      if (part === undefined || part === name) for (const n of network) n.failing = share;
    }
  }

  /** Ends everything; throws when something is left running. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.runUntil(this.#end());
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left running`);
  }

  async #end(): Promise<void> {
    for (const name of this.#parts.keys()) await this.stopPart(name);
    this.#stop.abort();
    await this.#server?.stop();
    await this.store.close();
  }

  /** To whichever API server runs when something is asked. */
  #reach(user: UserInfo): Transport {
    const server = () => {
      if (!this.#server) throw new Error('connection refused');
      return this.#server.server.transport(user);
    };
    return {
      send: async (request) => server().send(request),
      close: () => {},
    };
  }

  #start(
    name: string,
    { user, groups, lease }: { user: string; groups: readonly string[]; lease?: string },
    run: (deps: PartDeps, clientOf: ClientOf, signal: AbortSignal) => Promise<void>,
  ): void {
    const own = new AbortController();
    const { clock } = this;
    const log = this.log;
    const random = this.random.fork(`${name} ${this.#starts++}`);
    const network: FlakyTransport[] = [];
    const clientOf: ClientOf = (asUser, asGroups) => {
      const reach = this.#reach({ name: asUser, groups: [...asGroups, 'system:authenticated'], extra: {} });
      const flaky = new FlakyTransport(reach, random.fork(`network ${network.length}`));
      flaky.failing = this.#failing;
      network.push(flaky);
      return createClient(flaky, { fieldManager: asUser.split(':').at(-1)! });
    };
    const tasks = group(AbortSignal.any([this.#stop.signal, own.signal]));
    const client = clientOf(user, groups);
    const once = async (s: AbortSignal) => {
      await using world = group(s);
      // The clients of who led before are over.
      network.length = 1;
      const cache = new SharedCache({ client, clock, random, log }, world.signal);
      const deps = { client, cache, clock, random, log };
      world.go((signal) => run(deps, clientOf, signal));
      world.go(() => cache.done());
      await world.done();
    };
    const identity = `${name}_${random.uuid()}`;
    const led = async (s: AbortSignal) => {
      if (!lease) return once(s);
      while (!s.aborted) {
        const election = { client, clock, random, log, namespace: 'kube-system', name: lease, identity };
        await withLeadership(election, once, s).catch((err: unknown) => {
          if (!(err instanceof LeaseLost)) throw err; // its supervisor starts it again
        });
      }
    };
    tasks.go(led);
    const done = tasks.done();
    this.#parts.set(name, {
      network,
      stop: async () => {
        own.abort();
        await done;
      },
    });
  }
}

interface PartDeps {
  readonly client: Client;
  readonly cache: SharedCache;
  readonly clock: SimClock;
  readonly random: Random;
  readonly log: Logger;
}

type ClientOf = (user: string, groups: readonly string[]) => Client;

const letterOf = (i: number) => String.fromCharCode('a'.charCodeAt(0) + i);

/** One for every run: nothing that is compared is signed. */
const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
