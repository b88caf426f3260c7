import { namespace as namespaceKind, type Service, service as serviceKind } from '@tiphys/sdk/api';
import type { Cache, Informer } from '@tiphys/sdk/cache';
import { Broadcast, type Clock } from '@tiphys/sdk/runtime';
import { serviceOf, type SlicesByService, slicesByService } from '../endpoint-slices.ts';
import type { ClusterZone } from './cluster-zone.ts';
import { dnsServiceOf } from './dns-service.ts';

export interface ZoneFeedDeps {
  cache: Cache;
  clock: Clock;
  zone: ClusterZone;
}

/** Brings what changes in the cluster into the zone: each service once however many of its slices changed, a few at a time. */
export class ZoneFeed {
  readonly #deps: ZoneFeedDeps;
  readonly #services: Informer<Service>;
  readonly #slices: SlicesByService;
  readonly #dirty = new Set<string>();
  readonly #changed = new Broadcast();
  #ends: (() => void)[] = [];

  constructor(deps: ZoneFeedDeps) {
    this.#deps = deps;
    this.#services = deps.cache.informer(serviceKind);
    this.#slices = slicesByService(deps.cache);
  }

  /** Resolves when the zone has everything that is there now. */
  async synced(signal: AbortSignal): Promise<void> {
    const namespaces = this.#deps.cache.informer(namespaceKind);
    const informers = [this.#services, this.#slices.informer, namespaces];
    await Promise.all(informers.map((informer) => informer.synced(signal)));
    this.#ends = [
      this.#services.on((next, old) => {
        const { namespace, name } = (next ?? old)!.metadata;
        this.#mark(`${namespace}/${name}`);
      }),
      this.#slices.informer.on((next, old) => {
        for (const key of [next, old].map((slice) => slice && serviceOf(slice))) if (key !== undefined) this.#mark(key);
      }),
      namespaces.on((next, old) =>
        this.#deps.zone.setNamespace((next ?? old)!.metadata.name ?? '', next !== undefined),
      ),
    ];
    await this.#drain();
  }

  /** Goes on until stopped. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#drain();
      if (!this.#dirty.size) await this.#changed.next(signal);
    }
    for (const end of this.#ends) end();
  }

  #mark(key: string): void {
    this.#dirty.add(key);
    this.#changed.notify();
  }

  async #drain(): Promise<void> {
    const { clock, zone } = this.#deps;
    let done = 0;
    for (const key of this.#dirty) {
      this.#dirty.delete(key);
      const [namespace, name = ''] = key.split('/');
      const service = this.#services.get(namespace, name);
      zone.setService(key, service && dnsServiceOf(service, this.#slices.of(key)), Math.floor(clock.now() / 1000));
      if (++done % servicesAtOnce === 0) await clock.yield();
    }
  }
}

const servicesAtOnce = 100;
