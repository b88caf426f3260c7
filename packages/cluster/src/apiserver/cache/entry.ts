import { deepFreeze, type KubeObject } from '@tiphys/sdk/machinery';
import { placeOf, type Resource } from '../registry/resource.ts';

/**
 * One revision of one object. The stored body has neither type header nor resourceVersion; both are spliced in once, and the
 * body is parsed at most once, when somebody wants to look inside.
 */
export class Entry {
  readonly resource: Resource;
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly #stored: Uint8Array;
  #item: Buffer | undefined;
  #object: KubeObject | undefined;
  #served: Map<Resource, Entry> | undefined;

  constructor(resource: Resource, key: string, stored: Uint8Array, revision: number) {
    this.resource = resource;
    this.key = key;
    const place = placeOf(resource, key);
    this.namespace = place.namespace;
    this.name = place.name;
    this.revision = revision;
    this.#stored = stored;
  }

  /** The object as an item of a list: with its resourceVersion, without apiVersion and kind. */
  get item(): Buffer {
    return (this.#item ??= Buffer.concat([
      Buffer.from(`{"metadata":{"resourceVersion":"${this.revision}",`),
      this.#stored.subarray(bodyStart.length),
    ]));
  }

  /** The object by itself, in pieces that are sent one after the other. */
  get pieces(): readonly Uint8Array[] {
    return [header(this.resource), this.item.subarray(1)];
  }

  /** The object, frozen. */
  get object(): KubeObject {
    return (this.#object ??= this.#parse());
  }

  /** The object in another version of its kind, converted once. */
  served(resource: Resource): Entry {
    const hub = resource.kind.hub;
    if (resource === this.resource || !hub) return this;
    this.#served ??= new Map();
    let entry = this.#served.get(resource);
    if (!entry) {
      entry = new Entry(resource, this.key, storedBody(hub.fromHub(this.object)), this.revision);
      this.#served.set(resource, entry);
    }
    return entry;
  }

  /** The same object told at a later revision: of its own deletion, or of its leaving a selection. */
  at(revision: number): Entry {
    return new Entry(this.resource, this.key, this.#stored, revision);
  }

  #parse(): KubeObject {
    const known = parsed.get(this.#stored);
    const body =
      known ??
      (JSON.parse(
        Buffer.from(this.#stored.buffer, this.#stored.byteOffset, this.#stored.byteLength).toString(),
      ) as KubeObject);
    const { apiVersion, kind } = this.resource.kind;
    const metadata = { ...body.metadata, resourceVersion: String(this.revision) };
    return deepFreeze({ apiVersion, kind, ...body, metadata });
  }
}

const bodyStart = '{"metadata":{';
/** Bodies made in this process needn't be parsed to be looked into. */
const parsed = new WeakMap<Uint8Array, KubeObject>();
const headers = new WeakMap<Resource, Buffer>();

function header(resource: Resource): Buffer {
  let h = headers.get(resource);
  if (!h) {
    const { apiVersion, kind } = resource.kind;
    headers.set(
      resource,
      (h = Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`)),
    );
  }
  return h;
}

/** The body under which an object is stored. The object becomes the parsed form and must not change any more. */
export function storedBody(object: KubeObject): Uint8Array {
  const { apiVersion: _v, kind: _k, metadata, ...rest } = object;
  const { resourceVersion: _r, ...kept } = metadata;
  const body = { metadata: kept, ...rest };
  const bytes = Buffer.from(JSON.stringify(body));
  parsed.set(bytes, body);
  return bytes;
}
