import { generateKeyPairSync } from 'node:crypto';
import { SharedCache } from '@tiphys/sdk/cache';
import { type Client, createClient } from '@tiphys/sdk/client';
import { group, type Logger, nullLogger, type Random, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { ApiServer, bootstrap, ClusterIps, serverItself, standardParts, type UserInfo } from 'tiphys/apiserver';
import { runControllers } from 'tiphys/controllers';
import { ServiceAccountTokens } from 'tiphys/pki';
import { runScheduler } from 'tiphys/scheduler';
import { defaultSimNodesConfig, runSimNodes } from 'tiphys/simnode';
import { MemoryBackend } from 'tiphys/store';
import { FlakyTransport } from './flaky-transport.ts';

/** A part of the cluster that can be stopped and started again. */
interface Part {
  stop(): Promise<void>;
}

/**
 * A whole cluster in one process and in simulated time: the real API server over a store in memory, every controller, the
 * scheduler and simulated nodes, each over a network of its own that may be bad. The same seed makes the same run.
 */
export class SimCluster implements AsyncDisposable {
  readonly clock = new SimClock();
  readonly random: Random;
  /** An administrator's, over a good network. */
  readonly client: Client;
  readonly nodes: readonly string[];
  readonly #server: ApiServer;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #served: Promise<void>;
  readonly #networks: FlakyTransport[] = [];
  readonly #parts = new Map<string, Part>();

  private constructor(server: ApiServer, { seed, nodes, clock, log, served, stop }: Made) {
    this.clock = clock;
    this.random = seededRandom(seed);
    this.#server = server;
    this.#log = log;
    this.#served = served;
    this.#stop = stop;
    this.nodes = Array.from({ length: nodes }, (_, i) => `${letterOf(i)}-0`);
    this.client = createClient(server.transport(serverItself), { fieldManager: 'simulation' });
  }

  static async start({ seed, nodes, log = nullLogger }: { seed: string; nodes: number; log?: Logger }) {
    const clock = new SimClock();
    const random = seededRandom(`${seed}/server`);
    const stop = new AbortController();
    const server = new ApiServer({ store: new MemoryBackend(clock), clock, random, log });
    const issuer = 'https://kubernetes.default.svc';
    const parts = standardParts({
      tokens: new ServiceAccountTokens(signingKey()),
      issuer,
      audiences: [issuer],
      tokenAuthenticators: [],
      clusterIps: new ClusterIps('10.0.0.0/16', random.fork('cluster-ips')),
      advertised: () => '10.0.0.1:6443',
      nodes: { connect: () => Promise.reject(new Error('nobody speaks to nodes here')) },
    });
    await server.load(parts, stop.signal);
    const served = server.run(stop.signal);
    await bootstrap(server);
    const cluster = new SimCluster(server, { seed, nodes, clock, log, served, stop });
    cluster.startControllers();
    cluster.startScheduler();
    for (const name of cluster.nodes) cluster.startNode(name);
    await cluster.clock.settle();
    return cluster;
  }

  startControllers(): void {
    const accounts = ['system:serviceaccounts', 'system:serviceaccounts:kube-system'];
    this.#start('controllers', 'system:kube-controller-manager', [], (client, cache, s) =>
      runControllers(
        {
          ...this.#world(client, cache),
          clientOf: (account) => this.#client(`system:serviceaccount:kube-system:${account}`, accounts),
          config: {
            rootCa: 'the authority of the cluster',
            nodeIpam: { clusterCidr: '10.244.0.0/16', nodeMaskSize: 24 },
          },
        },
        s,
      ),
    );
  }

  startScheduler(): void {
    this.#start('scheduler', 'system:kube-scheduler', [], (client, cache, s) =>
      runScheduler(this.#world(client, cache), s),
    );
  }

  startNode(name: string): void {
    this.#start(name, `system:node:${name}`, ['system:masters'], (client, cache, s) =>
      runSimNodes(
        {
          ...this.#world(client, cache),
          clientOf: () => client,
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

  /** Ends `controllers`, `scheduler` or a node by name; what it left half done stays so. */
  async stopPart(name: string): Promise<void> {
    const part = this.#parts.get(name);
    this.#parts.delete(name);
    await part?.stop();
  }

  dropWatches(): void {
    for (const n of this.#networks) n.dropWatches();
  }

  /** From now on this share of all requests fails. */
  setFailing(share: number): void {
    for (const n of this.#networks) n.failing = share;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#parts.keys()) await this.stopPart(name);
    this.#stop.abort();
    await this.clock.settle();
    await this.#served;
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left running`);
  }

  #world(client: Client, cache: SharedCache) {
    return { client, cache, clock: this.clock, random: this.random, log: this.#log };
  }

  #client(name: string, groups: readonly string[]): Client {
    const user: UserInfo = { name, groups: [...groups, 'system:authenticated'], extra: {} };
    const network = new FlakyTransport(this.#server.transport(user), this.random.fork(`network of ${name}`));
    network.failing = this.#networks[0]?.failing ?? 0;
    this.#networks.push(network);
    return createClient(network, { fieldManager: name.split(':').at(-1)! });
  }

  #start(
    name: string,
    user: string,
    groups: readonly string[],
    run: (client: Client, cache: SharedCache, signal: AbortSignal) => Promise<void>,
  ): void {
    const own = new AbortController();
    const tasks = group(AbortSignal.any([this.#stop.signal, own.signal]));
    const client = this.#client(user, groups);
    const cache = new SharedCache({ client, clock: this.clock, random: this.random, log: this.#log }, tasks.signal);
    tasks.go((s) => run(client, cache, s));
    tasks.go(() => cache.done());
    const done = tasks.done();
    this.#parts.set(name, {
      stop: async () => {
        own.abort();
        await this.clock.settle();
        await done;
      },
    });
  }
}

const letterOf = (i: number) => String.fromCharCode('a'.charCodeAt(0) + i);

interface Made {
  readonly seed: string;
  readonly nodes: number;
  readonly clock: SimClock;
  readonly log: Logger;
  readonly served: Promise<void>;
  readonly stop: AbortController;
}

function signingKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}
