import { lease, node as nodeKind, type Node } from '@tiphys/sdk/api';
import type { Informer } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { isAlreadyExists, isNotFound, microTimestamp } from '@tiphys/sdk/machinery';
import { backoff, type Clock, isAbort, type Logger, type Random, throwIfAborted, WorkQueue } from '@tiphys/sdk/runtime';
import type { SimNodesConfig } from './config.ts';
import { isThoughtWell, nameOf, nodeManifest, nodeStatus } from './node-objects.ts';

export interface HeartbeatDeps {
  readonly clientOf: (node: string) => Client;
  readonly nodes: Informer<Node>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly config: SimNodesConfig;
}

/** The least time between two beats: many nodes share one, since timers cost more than leases. */
const leastBeatMs = 100;
const registerRetry = { baseMs: 200, maxMs: 7000 };
const namespace = 'kube-node-lease';
const leaseDurationSeconds = 40;

/** Registers the nodes and keeps the cluster believing in them. */
export class Heartbeats {
  readonly #deps: HeartbeatDeps;
  readonly #indexes = new Map<string, number>();
  /** Nodes whose status is to be written, because it is time or because somebody wrote another. */
  readonly #statuses: WorkQueue;

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#statuses = new WorkQueue({ clock: deps.clock });
    for (let i = 0; i < deps.config.count; i++) this.#indexes.set(nameOf(deps.config, i), i);
  }

  has(node: string): boolean {
    return this.#indexes.has(node);
  }

  /** Makes the nodes that aren't there, and waits until the cache shows them. */
  async register(signal: AbortSignal): Promise<void> {
    const { nodes, config } = this.#deps;
    const missing = [...this.#indexes].filter(([name]) => !nodes.get(undefined, name));
    const next = missing[Symbol.iterator]();
    const work = async () => {
      for (const [name, index] of next) await this.#create(name, index, signal);
    };
    await Promise.all(Array.from({ length: config.workers }, work));
  }

  /** Until the server has it: it may be away when a node starts. */
  async #create(name: string, index: number, signal: AbortSignal): Promise<void> {
    const { clientOf, nodes, clock, config, log } = this.#deps;
    for (let failures = 0; ; failures++) {
      try {
        const { metadata } = await clientOf(name).create(nodeKind, nodeManifest(config, index), { signal });
        return await nodes.seen(metadata.resourceVersion!, signal);
      } catch (err) {
        // The answer to an earlier try may have been lost.
        if (isAlreadyExists(err)) return;
        throwIfAborted(signal);
        log.warn('a node could not be registered', { node: name, error: String(err) });
      }
      await clock.sleep(backoff(failures, registerRetry), signal);
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const { nodes, config } = this.#deps;
    const end = nodes.on((next) => {
      if (next && this.has(next.metadata.name!) && !isThoughtWell(next)) this.#statuses.add(next.metadata.name!);
    });
    try {
      const writers = Array.from({ length: Math.min(config.workers, config.count) }, () => this.#writeStatuses(signal));
      await Promise.all([this.#beat(signal), ...writers]);
    } finally {
      end();
      this.#statuses.close();
    }
  }

  /** Goes round the nodes, a few at a time, so that each has its turn once in `leaseMs`. */
  async #beat(signal: AbortSignal): Promise<void> {
    const { clock, random, config } = this.#deps;
    const { count, leaseMs } = config;
    const beatMs = Math.max(leastBeatMs, leaseMs / count);
    const perBeat = Math.ceil((count * beatMs) / leaseMs);
    const beatsAStatus = Math.max(1, Math.round(config.statusMs / leaseMs));
    // At first all at once: nobody has heard of them yet.
    await Promise.all([...this.#indexes.keys()].map((name) => this.#renew(name, signal)));
    for (let at = 0; ; at += perBeat) {
      await clock.sleep(beatMs * (0.9 + 0.2 * random.next()), signal);
      for (let i = at; i < at + perBeat; i++) {
        const name = nameOf(config, i % count);
        if ((Math.floor(i / count) + 1) % beatsAStatus === 0) this.#statuses.add(name);
        await this.#renew(name, signal);
      }
    }
  }

  async #renew(name: string, signal: AbortSignal): Promise<void> {
    const { nodes, clientOf, clock, log } = this.#deps;
    const node = nodes.get(undefined, name);
    // Who deleted the node meant it.
    if (!node) return;
    const metadata = { namespace, name };
    const client = clientOf(name);
    const spec = { holderIdentity: name, leaseDurationSeconds, renewTime: microTimestamp(clock.now()) };
    try {
      await client.patch(lease, { metadata }, { type: 'merge', patch: { spec } }, { signal }).catch((err: unknown) => {
        if (!isNotFound(err)) throw err;
        // It goes when the node goes.
        const owner = { apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid! };
        return client.create(lease, { metadata: { ...metadata, ownerReferences: [owner] }, spec }, { signal });
      });
    } catch (err) {
      throwIfAborted(signal);
      log.warn('a node lease could not be renewed', { node: name, error: String(err) });
    }
  }

  async #writeStatuses(signal: AbortSignal): Promise<void> {
    const { nodes, clientOf, clock, config, log } = this.#deps;
    for (let name = await this.#statuses.take(signal); name !== undefined; name = await this.#statuses.take(signal)) {
      const node = nodes.get(undefined, name);
      try {
        if (node) {
          const status = nodeStatus(config, this.#indexes.get(name)!, node, clock.now());
          const patch = { metadata: { uid: node.metadata.uid! }, status };
          await clientOf(name).patch(nodeKind, node, { type: 'strategic', patch }, { subresource: 'status', signal });
        }
        this.#statuses.forget(name);
      } catch (err) {
        if (signal.aborted && isAbort(err)) return;
        log.debug('a node status could not be written, trying again', { node: name, error: String(err) });
        this.#statuses.retry(name);
      }
      this.#statuses.done(name);
    }
  }
}
