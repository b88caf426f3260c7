import type { CustomResourceDefinition } from '@tiphys/sdk/api';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { Feeds } from '../cache/feeds.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { Registry } from '../registry/registry.ts';
import { type Resource, resourceOf } from '../registry/resource.ts';
import { type Definition, definitionOf } from './definition.ts';
import { type DefinedKinds, kindsOf, type SchemaOf } from './kinds.ts';

export interface CustomResourcesDeps {
  readonly feeds: Feeds;
  /** The cache of definitions: what stands in it is served. */
  readonly definitions: WatchCache;
  readonly registryOf: (resource: Resource) => Registry;
}

/** A definition, its kinds, and its resources once somebody has asked for them. */
interface Defined {
  readonly definition: Definition;
  readonly kinds: DefinedKinds | undefined;
  opened: Promise<ReadonlyMap<string, Registry>> | undefined;
}

/**
 * The resources that definitions define. They follow the cache of definitions, whoever wrote them, so that all servers of a
 * store serve the same; a resource's objects are read when somebody first asks for them.
 */
export class CustomResources {
  readonly #deps: CustomResourcesDeps;
  /** By name of the definition: `PLURAL.GROUP`. */
  readonly #defined = new Map<string, Defined>();
  #kinds: readonly AnyKind[] | undefined;

  constructor(deps: CustomResourcesDeps) {
    this.#deps = deps;
    const { definitions } = deps;
    for (const entry of definitions.list({})) this.#take(entry.name);
    definitions.follow(({ entry }) => this.#take(entry.name));
  }

  /** The kinds that clients are told of: the same array as long as they are the same. */
  get kinds(): readonly AnyKind[] {
    return (this.#kinds ??= [...this.#defined.values()]
      .filter(({ definition }) => definition.isEstablished)
      .flatMap(({ kinds }) => kinds?.served ?? []));
  }

  get definitions(): readonly Definition[] {
    return [...this.#defined.values()].map(({ definition }) => definition);
  }

  definitionOf(group: string, plural: string): Definition | undefined {
    return this.#defined.get(`${plural}.${group}`)?.definition;
  }

  /** The registry of a resource that is served. */
  async find(group: string, version: string, plural: string): Promise<Registry | undefined> {
    const name = `${plural}.${group}`;
    for (;;) {
      const defined = this.#defined.get(name);
      if (!defined?.kinds?.served.some((k) => k.version === version)) return undefined;
      try {
        const registries = await (defined.opened ??= this.#open(defined.kinds));
        if (this.#defined.get(name)?.opened === defined.opened) return registries.get(version);
      } catch (err) {
        // What was closed while it opened is made anew by the definition that came after.
        if (this.#defined.get(name)?.opened === defined.opened) throw err;
      }
    }
  }

  async #open({ hub, served }: DefinedKinds): Promise<ReadonlyMap<string, Registry>> {
    await this.#deps.feeds.open(resourceOf(hub));
    return new Map(served.map((kind) => [kind.version, this.#deps.registryOf(resourceOf(kind))]));
  }

  #take(name: string): void {
    const entry = this.#deps.definitions.get(`${this.#deps.definitions.resource.prefix}${name}`);
    const before = this.#defined.get(name);
    const definition = entry && definitionOf(entry.object as CustomResourceDefinition);
    const isSame = definition && definition.digest === before?.definition.digest;
    if (before?.kinds && !isSame) this.#deps.feeds.close(resourceOf(before.kinds.hub));
    if (definition) {
      const kinds = isSame ? before.kinds : definition.isServed ? kindsOf(definition, this.#schemas(name)) : undefined;
      this.#defined.set(name, { definition, kinds, opened: isSame ? before.opened : undefined });
    } else this.#defined.delete(name);
    const wasTold = before?.definition.isEstablished ?? false;
    if (!isSame || wasTold !== definition.isEstablished) this.#kinds = undefined;
  }

  /** Schemas as they stand in the definition now; a change to them makes new kinds. */
  #schemas(name: string): SchemaOf {
    const { definitions } = this.#deps;
    const entry = definitions.get(`${definitions.resource.prefix}${name}`);
    return (version) => {
      const { spec } = entry!.object as CustomResourceDefinition;
      return spec.versions?.find((v) => v.name === version)?.schema?.openAPIV3Schema;
    };
  }
}
