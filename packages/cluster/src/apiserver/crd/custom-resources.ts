import type { CustomResourceDefinition } from '@tiphys/sdk/api';
import { internalError } from '@tiphys/sdk/machinery';
import type { AnyKind, Converter } from '@tiphys/sdk/schema';
import type { Entry } from '../cache/entry.ts';
import type { Feeds } from '../cache/feeds.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { Registry } from '../registry/registry.ts';
import { type Resource, resourceOf } from '../registry/resource.ts';
import { type ConversionWorld, WebhookConverter } from './conversion/index.ts';
import { type Definition, definitionOf } from './definition.ts';
import { type DefinedKinds, kindsOf, type SchemaOf } from './kinds.ts';

export interface CustomResourcesDeps {
  readonly feeds: Feeds;
  /** The cache of definitions: what stands in it is served. */
  readonly definitions: WatchCache;
  readonly registryOf: (resource: Resource) => Registry;
  /** What it takes to have objects converted by webhooks. */
  readonly conversion?: ConversionWorld | undefined;
}

type Follower = (name: string, next: Definition | undefined, before: Definition | undefined) => void;

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
  readonly #followers = new Set<Follower>();
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

  find(name: string): Definition | undefined {
    return this.#defined.get(name)?.definition;
  }

  /** The whole definition, as it is now. */
  read(name: string): CustomResourceDefinition | undefined {
    return this.#entry(name)?.object as CustomResourceDefinition | undefined;
  }

  /** Calls back, within the same turn, for every definition that changes; until what it answers is called. */
  onChange(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** The registry of a resource in a version that is served. */
  async registry(group: string, version: string, plural: string): Promise<Registry | undefined> {
    const name = `${plural}.${group}`;
    const isServed = ({ served }: DefinedKinds) => served.some((k) => k.version === version);
    const registry = (await this.#opened(name, isServed))?.get(version);
    if (registry && !this.find(name)?.isConvertible) throw internalError('error resolving resource');
    return registry;
  }

  /** The registry of the version that is stored, served or not. */
  async stored(name: string): Promise<Registry | undefined> {
    const registries = await this.#opened(name, () => true);
    return registries?.get(this.#defined.get(name)?.kinds?.hub.version ?? '');
  }

  async #opened(
    name: string,
    wanted: (kinds: DefinedKinds) => boolean,
  ): Promise<ReadonlyMap<string, Registry> | undefined> {
    for (;;) {
      const defined = this.#defined.get(name);
      if (!defined?.kinds || !wanted(defined.kinds)) return undefined;
      try {
        const registries = await (defined.opened ??= this.#open(defined.kinds));
        if (this.#defined.get(name)?.opened === defined.opened) return registries;
      } catch (err) {
        // What was closed while it opened is made anew by the definition that came after.
        if (this.#defined.get(name)?.opened === defined.opened) throw err;
      }
    }
  }

  async #open({ hub, served }: DefinedKinds): Promise<ReadonlyMap<string, Registry>> {
    await this.#deps.feeds.open(resourceOf(hub));
    const kinds = new Set([hub, ...served]);
    return new Map([...kinds].map((kind) => [kind.version, this.#deps.registryOf(resourceOf(kind))]));
  }

  #take(name: string): void {
    const entry = this.#entry(name);
    const before = this.#defined.get(name);
    const definition = entry && definitionOf(entry.object as CustomResourceDefinition);
    const isSame = definition && definition.digest === before?.definition.digest;
    if (before?.kinds && !isSame) this.#deps.feeds.close(resourceOf(before.kinds.hub));
    if (definition) {
      const kinds = isSame ? before.kinds : definition.isServed ? this.#kindsOf(definition) : undefined;
      this.#defined.set(name, { definition, kinds, opened: isSame ? before.opened : undefined });
    } else this.#defined.delete(name);
    const wasTold = before?.definition.isEstablished ?? false;
    if (!isSame || wasTold !== definition.isEstablished) this.#kinds = undefined;
    for (const tell of this.#followers) tell(name, definition, before?.definition);
  }

  #kindsOf(definition: Definition): DefinedKinds {
    const { name, conversion } = definition;
    const webhook = conversion?.strategy === 'Webhook' ? conversion.webhook : undefined;
    const world = this.#deps.conversion;
    const converterTo = (stored: () => AnyKind): Converter | undefined =>
      webhook && world && new WebhookConverter({ name, webhook, stored }, world);
    return kindsOf(definition, this.#schemas(name), converterTo);
  }

  #entry(name: string): Entry | undefined {
    const { definitions } = this.#deps;
    return definitions.get(`${definitions.resource.prefix}${name}`);
  }

  /** Schemas as they stand in the definition now; a change to them makes new kinds. */
  #schemas(name: string): SchemaOf {
    const entry = this.#entry(name);
    return (version) => {
      const { spec } = entry!.object as CustomResourceDefinition;
      return spec.versions?.find((v) => v.name === version)?.schema?.openAPIV3Schema;
    };
  }
}
