import type { KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind, Kind } from '@tiphys/sdk/schema';
import type { Feeds } from '../cache/feeds.ts';
import type { KindHooks } from './kind-hooks.ts';
import { Registry, type RegistryDeps } from './registry.ts';
import { type Resource, resourceOf } from './resource.ts';

export type RegistriesDeps = Omit<RegistryDeps, 'feed'> & { readonly feeds: Feeds };

/** Every served resource, found by where it is in the API. */
export class Registries {
  /** By resource: few share a name. */
  readonly #byName = new Map<string, Registry[]>();
  readonly #byKind = new Map<object, Registry>();

  constructor(
    kinds: readonly AnyKind[],
    { feeds, ...deps }: RegistriesDeps,
    hooks: (resource: Resource) => KindHooks | undefined,
  ) {
    for (const kind of kinds) {
      const resource = resourceOf(kind);
      const registry = new Registry(resource, { ...deps, feed: feeds.of(resource) }, hooks(resource));
      const alike = this.#byName.get(resource.resource);
      if (alike) alike.push(registry);
      else this.#byName.set(resource.resource, [registry]);
      this.#byKind.set(kind, registry);
    }
  }

  find(group: string, version: string, resource: string): Registry | undefined {
    return this.#byName.get(resource)?.find((r) => r.resource.group === group && r.resource.version === version);
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
    return this.#byKind.values();
  }
}
