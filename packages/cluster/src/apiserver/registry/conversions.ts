import type { KubeObject } from '@tiphys/sdk/machinery';
import { type Clock, pacerOf } from '@tiphys/sdk/runtime';
import { type AnyKind, type Converter, decode } from '@tiphys/sdk/schema';
import type { Entry } from '../cache/entry.ts';
import type { Resource } from './resource.ts';

/** So much is converted in one go: more of it would hold up others while it is read. */
const together = { objects: 100, bytes: 256 * 1024 };

/** How long whoever can wait does so when a conversion fails, as long as upstream's caches. */
const againMs = 1000;

/**
 * The objects of a resource whose versions others convert to one another, as this version shows them: each is converted once,
 * however many ask for it.
 */
export class Conversions {
  readonly #resource: Resource;
  readonly #converter: Converter;
  readonly #clock: Clock;
  /** By content. */
  readonly #underWay = new WeakMap<object, Promise<void>>();
  #lastFailure: unknown;
  /** Nobody who can wait asks before this moment. */
  #notBefore = 0;

  constructor(resource: Resource, converter: Converter, clock: Clock) {
    this.#resource = resource;
    this.#converter = converter;
    this.#clock = clock;
  }

  /** Resolves when all the entries are known in this version; rejects when one can't be converted. */
  async known(entries: readonly Entry[]): Promise<void> {
    const awaited = new Set<Promise<void>>();
    const missing = new Map<object, Entry>();
    for (const entry of entries) {
      if (entry.isKnownIn(this.#resource)) continue;
      const underWay = this.#underWay.get(entry.content);
      if (underWay) awaited.add(underWay);
      else missing.set(entry.content, entry);
    }
    if (missing.size) for (const part of this.#begin([...missing.values()])) awaited.add(part);
    await Promise.all(awaited);
  }

  /** An entry in this version. It is asked for anew: who converts may have learned something since. */
  async fresh(entry: Entry): Promise<Entry> {
    if (entry.resource.kind !== this.#resource.kind) await this.#convert([entry]);
    return entry.served(this.#resource);
  }

  async served(entry: Entry): Promise<Entry> {
    await this.known([entry]);
    return entry.served(this.#resource);
  }

  /**
   * A decision about an entry, made about what this version shows of it. What was converted once will do to write, but not to
   * refuse: then it is converted anew, as upstream, which reads it again; or at once, where it would read it first.
   */
  deciding<T>(
    decide: (current: Entry | undefined) => Promise<T>,
    isAnew: boolean,
  ): (current: Entry | undefined) => Promise<T> {
    return async (current) => {
      if (!current) return decide(undefined);
      if (isAnew) return decide(await this.fresh(current));
      const isOld = current.isKnownIn(this.#resource);
      try {
        return await decide(await this.served(current));
      } catch (err) {
        if (!isOld) throw err;
        return decide(await this.fresh(current));
      }
    };
  }

  /** Entries as this version shows them, so many at a time. */
  async *slices(entries: Iterable<Entry>, size = together.objects): AsyncIterable<readonly Entry[]> {
    const pacer = pacerOf(this.#clock);
    const shown = async (slice: readonly Entry[]) => {
      await this.known(slice);
      await pacer.turn();
      return slice.map((entry) => entry.served(this.#resource));
    };
    let slice: Entry[] = [];
    for (const entry of entries) {
      slice.push(entry);
      if (slice.length < size) continue;
      yield await shown(slice);
      slice = [];
    }
    if (slice.length) yield await shown(slice);
  }

  /** Whether all the entries are known in this version. */
  areKnown(entries: readonly Entry[]): boolean {
    return entries.every((entry) => entry.isKnownIn(this.#resource));
  }

  /**
   * For whoever can wait: tries to have the entries known in this version, in the end some of them at least, or waits until it may
   * be tried again. Rejects when the signal aborts.
   */
  async attempt(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    const wait = this.#notBefore - this.#clock.monotonic();
    if (wait > 0) return this.#clock.sleep(wait, signal);
    try {
      await this.known(entries);
    } catch (err) {
      // Many may hear of the same failure. Those who ask for an object are told of it.
      if (err === this.#lastFailure) return;
      this.#lastFailure = err;
      this.#notBefore = this.#clock.monotonic() + againMs;
    }
  }

  /** Begins with all of them, one part after the other. */
  #begin(entries: readonly Entry[]): readonly Promise<void>[] {
    let last = Promise.resolve();
    return parts(entries).map((part) => {
      last = last.then(() => this.#convert(part));
      const over = () => {
        for (const { content } of part) this.#underWay.delete(content);
      };
      for (const { content } of part) this.#underWay.set(content, last);
      last.then(over, over);
      return last;
    });
  }

  async #convert(entries: readonly Entry[]): Promise<void> {
    const objects = entries.map(({ object }) => asStored(object));
    const { kind } = this.#resource;
    const converted = await this.#converter.convertAll(objects, kind);
    for (const [i, entry] of entries.entries()) {
      const object = converted[i]!;
      if (object instanceof Error) throw object;
      entry.learn(this.#resource, pruned(kind, object));
    }
  }
}

function parts(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const all: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = all.at(-1);
    bytes += entry.size;
    if (last && last.length < together.objects && bytes <= together.bytes) last.push(entry);
    else {
      all.push([entry]);
      bytes = entry.size;
    }
  }
  return all;
}

/** An object as others are shown it: the store alone knows its revision. */
export function asStored({ metadata, ...object }: KubeObject): KubeObject {
  const { resourceVersion: _, ...kept } = metadata;
  return { ...object, metadata: kept };
}

/** An object as others have made it, without what its version doesn't know. What the version would fill in isn't. */
export function pruned(kind: AnyKind, object: KubeObject): KubeObject {
  const { apiVersion, kind: name, schema } = kind;
  return { ...(decode(schema.shape, object, { fill: false, lenient: true }) as KubeObject), apiVersion, kind: name };
}
