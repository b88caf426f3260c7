import type { Deployment, EndpointSlice, Node, Pod, ReplicaSet } from '@tiphys/sdk/api';
import { milliValue } from '@tiphys/sdk/machinery';
import type { SimClock } from '@tiphys/sdk/testing';
import { hasEnded, isReady, nameOf, ownerUid } from './pods.ts';

/** A scheduler may act on what it knew so long ago: its watch broke, and a first attempt to reconnect failed too. */
const patienceMs = 120_000;

/**
 * What must hold at every moment, whatever happens. Looks at every write to the store, so that nothing that was true only for a
 * moment escapes it.
 */
export class Invariants {
  readonly #clock: SimClock;
  readonly #violations: string[] = [];
  readonly #pods = new Map<string, Pod>();
  readonly #nodes = new Map<string, Node>();
  /** Since when a node takes no pods, monotonic. */
  readonly #cordonedAt = new Map<string, number>();
  /** Pods that have been ready once, by uid. */
  readonly #everReady = new Set<string>();
  /** When the server last began to serve: before that nobody could hear of anything. */
  servesSince = 0;
  /** Pods that are available must never be fewer than this, by the value of their label `app`. */
  readonly floors = new Map<string, number>();

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  /** To be called for every write. */
  readonly observe = (key: string, value: Uint8Array | undefined): void => {
    const kind = kindOf(key);
    if (!kind) return;
    const object: unknown = value && JSON.parse(Buffer.from(value).toString());
    switch (kind) {
      case 'pods':
        return this.#pod(key, object as Pod | undefined);
      case 'minions':
        return this.#node(key, object as Node | undefined);
      case 'endpointslices':
        return this.#slice(object as EndpointSlice | undefined);
      case 'deployments':
      case 'replicasets':
        return this.#generation(object as Deployment | ReplicaSet | undefined);
    }
  };

  /** Throws what was seen that must not be. */
  check(): void {
    this.#addressesAreUnique();
    for (const node of this.#nodes.values()) this.#nodeIsNotOvercommitted(node);
    if (this.#violations.length) throw new Error(this.#violations.join('; '));
  }

  #wrong(what: string): void {
    this.#violations.push(`${what} (at ${this.#clock.monotonic()} ms)`);
  }

  #pod(key: string, next: Pod | undefined): void {
    const old = this.#pods.get(key);
    if (next) this.#pods.set(key, next);
    else this.#pods.delete(key);
    if (next && isReady(next)) this.#everReady.add(next.metadata.uid!);
    if (next && old && old.metadata.uid === next.metadata.uid) this.#changed(old, next);
    if (next?.spec.nodeName && !old?.spec.nodeName) this.#bound(next);
    this.#availability((next ?? old)?.metadata.labels?.['app']);
  }

  #changed(old: Pod, next: Pod): void {
    if (old.spec.nodeName && next.spec.nodeName !== old.spec.nodeName)
      this.#wrong(`${nameOf(next)} moved to another node`);
    if (ownerUid(old) !== ownerUid(next)) this.#wrong(`${nameOf(next)} changed hands`);
    if (hasEnded(old) && next.status.phase !== old.status.phase)
      this.#wrong(`${nameOf(next)} came back from ${old.status.phase}`);
    if (next.metadata.generation! < old.metadata.generation!) this.#wrong(`${nameOf(next)} went back in generations`);
  }

  #bound(pod: Pod): void {
    const since = Math.max(this.#cordonedAt.get(pod.spec.nodeName!) ?? Infinity, this.servesSince);
    if (this.#clock.monotonic() - since > patienceMs)
      this.#wrong(`${nameOf(pod)} was put on ${pod.spec.nodeName}, which is cordoned`);
  }

  #node(key: string, next: Node | undefined): void {
    const name = key.split('/').at(-1)!;
    if (next) this.#nodes.set(name, next);
    else this.#nodes.delete(name);
    if (!next?.spec.unschedulable) this.#cordonedAt.delete(name);
    else if (!this.#cordonedAt.has(name)) this.#cordonedAt.set(name, this.#clock.monotonic());
  }

  #slice(slice: EndpointSlice | undefined): void {
    for (const { conditions, targetRef } of slice?.endpoints ?? []) {
      if (conditions?.ready && targetRef?.uid && !this.#everReady.has(targetRef.uid))
        this.#wrong(`${nameOf(slice!)} leads to ${targetRef.name}, which never was ready`);
    }
  }

  #generation(object: Deployment | ReplicaSet | undefined): void {
    if (!object) return;
    const { generation = 0 } = object.metadata;
    const { observedGeneration = 0 } = object.status;
    if (observedGeneration > generation)
      this.#wrong(`${nameOf(object)} is of generation ${generation} and ${observedGeneration} was observed`);
  }

  #availability(app: string | undefined): void {
    const floor = app === undefined ? undefined : this.floors.get(app);
    if (floor === undefined) return;
    const there = [...this.#pods.values()].filter(
      (p) => p.metadata.labels?.['app'] === app && isReady(p) && !p.metadata.deletionTimestamp,
    );
    if (there.length < floor) this.#wrong(`${there.length} pods of ${app} are available, ${floor} must be`);
  }

  #addressesAreUnique(): void {
    const seen = new Map<string, string>();
    for (const p of this.#pods.values()) {
      const { podIP } = p.status;
      if (!podIP || hasEnded(p) || p.metadata.deletionTimestamp) continue;
      if (seen.has(podIP)) this.#wrong(`${nameOf(p)} and ${seen.get(podIP)} both have ${podIP}`);
      seen.set(podIP, nameOf(p));
    }
  }

  #nodeIsNotOvercommitted({ metadata: { name }, status }: Node): void {
    const here = [...this.#pods.values()].filter((p) => p.spec.nodeName === name && !hasEnded(p));
    const { allocatable = {} } = status;
    if (here.length > Number(allocatable['pods'] ?? Infinity)) this.#wrong(`${name} runs ${here.length} pods`);
    for (const resource of ['cpu', 'memory']) {
      if (!allocatable[resource]) continue;
      const asked = here.flatMap((p) => p.spec.containers.map((c) => amount(c.resources?.requests?.[resource])));
      const total = asked.reduce((a, b) => a + b, 0);
      if (total > amount(allocatable[resource])) this.#wrong(`${name} is asked for ${total} ${resource}`);
    }
  }
}

const amount = (quantity: string | undefined): number => (quantity ? milliValue(quantity) : 0);

/** The resource that a key is of: `/registry/pods/NS/NAME`, `/registry/deployments/NS/NAME`. */
const kindOf = (key: string): string | undefined =>
  /^\/registry\/(pods|minions|endpointslices|deployments|replicasets)\//.exec(key)?.[1];
