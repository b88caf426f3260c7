import type { KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind, Kind } from '@tiphys/sdk/schema';
import type { Feeds } from '../cache/feeds.ts';
import type { KindHooks } from './kind-hooks.ts';
import { Registry, type RegistryDeps } from './registry.ts';
import { type Resource, resourceOf } from './resource.ts';

export type RegistriesDeps = Omit<RegistryDeps, 'feed'> & { readonly feeds: Feeds };

/** Every served resource, found by where it is in the API. */
export class Registries {
  readonly #byPlace = new Map<string, Registry>();
  readonly #byKind = new Map<object, Registry>();

  constructor(
    kinds: readonly AnyKind[],
    { feeds, ...deps }: RegistriesDeps,
    hooks: (resource: Resource) => KindHooks | undefined,
  ) {
    for (const kind of kinds) {
      const resource = resourceOf(kind);
      const registry = new Registry(resource, { ...deps, feed: feeds.of(resource) }, hooks(resource));
      this.#byPlace.set(place(resource.group, resource.version, resource.resource), registry);
      this.#byKind.set(kind, registry);
    }
  }

  find(group: string, version: string, resource: string): Registry | undefined {
    return this.#byPlace.get(place(group, version, resource));
  }

  /** The registry of a declared kind, if that is served. */
  ofKind<O extends KubeObject>(kind: Kind<O, unknown>): Registry | undefined {
    return this.#byKind.get(kind);
  }

  /** The registry of a declared kind that is known to be served. */
  of<O extends KubeObject>(kind: Kind<O, unknown>): Registry {
    const registry = this.ofKind(kind);
    if (!registry) throw new Error(`${kind.plural}.${kind.group} is not served`);
    return registry;
  }

  get all(): Iterable<Registry> {
    return this.#byPlace.values();
  }
}

const place = (group: string, version: string, resource: string): string => `${group}/${version}/${resource}`;
