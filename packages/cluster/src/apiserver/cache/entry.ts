import { deepFreeze, type KubeObject } from '@tiphys/sdk/machinery';
import { type AnyKind, encodeMessage } from '@tiphys/sdk/schema';
import type { StoredItem } from '../../store/index.ts';
import { placeOf, type Resource } from '../registry/resource.ts';
import { Body } from './body.ts';
import { bodyStart, forgetParsed, isOfOtherVersion, keptAs, parsedBody, readBody, storedBody, told } from './stored.ts';
import { keepWarm } from './warm.ts';

type Labels = NonNullable<KubeObject['metadata']['labels']>;
const none: Labels = {};

/**
 * One revision of one object. The stored body has no resourceVersion, and items of lists no type: the one is spliced in, the
 * other cut off, and the body is parsed at most once, when somebody wants to look inside.
 */
export class Entry {
  readonly resource: Resource;
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly #body: Body;
  #object: KubeObject | undefined;
  #labels: Labels | undefined;
  #fields: Readonly<Record<string, string>> | undefined;
  #isWarm = false;
  #message: Buffer | undefined;
  #served: Map<Resource, Entry> | undefined;
  #later: Entry | undefined;

  constructor(resource: Resource, key: string, stored: Uint8Array | Body, revision: number) {
    this.resource = resource;
    this.key = key;
    const place = placeOf(resource, key);
    this.namespace = place.namespace;
    this.name = place.name;
    this.revision = revision;
    this.#body = stored instanceof Body ? stored : new Body(stored);
  }

  /** What stands in the store, whoever wrote it. Throws `Unreadable`. */
  static read(cached: Resource, { key, value, modRevision }: StoredItem): Entry {
    const resource = keptAs(cached, value);
    const body = readBody(resource, key, value);
    const entry = new Entry(resource, key, body, modRevision);
    if (resource !== cached) ofOther.add(entry);
    if (body === value) {
      told(body);
      return entry;
    }
    if (isOfOtherVersion(body)) ofOther.add(entry);
    // It had to be parsed.
    entry.#warm();
    return entry;
  }

  /** What `tail` goes on from when the object stands by itself. */
  get head(): string {
    return `${bodyStart(this.resource).text}"resourceVersion":"${this.revision}",`;
  }

  /** What `tail` goes on from in a list: an item says neither apiVersion nor kind. */
  get itemHead(): string {
    return `{"metadata":{"resourceVersion":"${this.revision}",`;
  }

  /** The stored bytes behind the start of their metadata: sent as they are. */
  get tail(): Uint8Array {
    const { buffer, byteOffset, length } = this.#body.bytes;
    const start = bodyStart(this.resource).bytes.length;
    // As `subarray`, in half the time.
    return new Uint8Array(buffer, byteOffset + start, length - start);
  }

  /** The object by itself, in pieces that are sent one after the other. */
  get pieces(): readonly [Uint8Array, Uint8Array] {
    return [Buffer.from(this.head, 'latin1'), this.tail];
  }

  /** The object, frozen. */
  get object(): KubeObject {
    return (this.#object ??= this.#parse());
  }

  /** Its labels, which are kept: lists and watches select by them among many. */
  get labels(): Labels {
    return (this.#labels ??= this.#parsed.metadata.labels ?? none);
  }

  /** The value of a field that can be selected by; kept like labels. */
  fieldValue(field: string): string {
    if (!this.#fields) {
      const body = this.#parsed;
      this.#labels ??= body.metadata.labels ?? none;
      const { fieldSelectors = {} } = this.resource.kind;
      const fields: Record<string, string> = {};
      for (const name in fieldSelectors) fields[name] = fieldSelectors[name]!(body);
      this.#fields = fields;
    }
    return this.#fields[field] ?? '';
  }

  /** Bytes of the stored body. */
  get size(): number {
    return this.#body.size;
  }

  /** Keeps the bytes alone, and what is selected by, until somebody looks inside again. */
  forgetParsed(): void {
    this.#isWarm = false;
    if (this.#object) this.#labels ??= this.#object.metadata.labels ?? none;
    // Nothing was parsed of bytes that are packed: they are made anew for each look.
    if (!this.#body.isPacked) forgetParsed(this.#body.bytes);
    void this.#body.pack();
    this.#object = undefined;
    this.#message = undefined;
    this.#served = undefined;
  }

  /** The object as the protobuf message of its kind: made once, if anybody reads that. */
  get message(): Buffer {
    if (!this.#message) {
      this.#message = encodeMessage(this.resource.kind.schema.shape, this.object);
      this.#warm();
    }
    return this.#message;
  }

  /** The object in another version of its kind, converted once. It must be known in that. */
  served(resource: Resource): Entry {
    const { hub, converter } = resource.kind;
    if (resource === this.resource || (!hub && !converter)) return this;
    this.#served ??= new Map();
    let entry = this.#served.get(resource);
    if (!entry) {
      const body = hub ? storedBody(resource, hub.fromHub(this.object)) : this.#convertedBody(resource);
      entry = new Entry(resource, this.key, body, this.revision);
      if (this.isOfOtherVersion) ofOther.add(entry);
      this.#served.set(resource, entry);
      this.#warm();
    }
    return entry;
  }

  /** Whether the object is known in a version of its kind: where others convert, they may have to be asked first. */
  isKnownIn(resource: Resource): boolean {
    if (resource === this.resource || !resource.kind.converter) return true;
    return converted.get(this.#body)?.has(resource.kind) ?? false;
  }

  /** Learns what the object is in another version. It is kept as long as the object is, since asking is dear. */
  learn(resource: Resource, object: KubeObject): void {
    let versions = converted.get(this.#body);
    if (!versions) converted.set(this.#body, (versions = new Map()));
    const body = storedBody(resource, object);
    versions.set(resource.kind, new Body(body));
    this.#served?.delete(resource);
  }

  /** The same for whoever tells of the same object at another revision. */
  get content(): object {
    return this.#body;
  }

  /** It isn't stored in the version in which it would be now. */
  get isOfOtherVersion(): boolean {
    return ofOther.has(this);
  }

  #convertedBody({ kind }: Resource): Body {
    const body = converted.get(this.#body)?.get(kind);
    if (!body) throw new Error(`${this.key} has not been converted to ${kind.apiVersion}`);
    return body;
  }

  /** The same object told at a later revision: of its own deletion, or of its leaving a selection. */
  at(revision: number): Entry {
    if (this.#later?.revision !== revision) {
      this.#later = new Entry(this.resource, this.key, this.#body, revision);
    }
    return this.#later;
  }

  #warm(): void {
    if (this.#isWarm) return;
    this.#isWarm = true;
    keepWarm(this);
  }

  /** The object without its resourceVersion; not to be handed out, since it isn't frozen. */
  get #parsed(): KubeObject {
    const parsed = parsedBody(this.#body.bytes);
    // A glance at what has just been written keeps nothing.
    if (parsed.isWanted) this.#warm();
    return parsed.body;
  }

  #parse(): KubeObject {
    this.#warm();
    const parsed = parsedBody(this.#body.bytes);
    parsed.isWanted = true;
    const { body, isComplete } = parsed;
    const metadata = { ...body.metadata, resourceVersion: String(this.revision) };
    const object = deepFreeze({ ...body, metadata });
    if (isComplete) complete.add(object);
    return object;
  }
}

/** Bodies of objects in versions that others have converted them to. */
const converted = new WeakMap<object, Map<AnyKind, Body>>();

/** Entries of objects that are stored in another version than they would be now. */
const ofOther = new WeakSet<Entry>();

/** Objects of bodies that are complete. */
const complete = new WeakSet<KubeObject>();

/** Whether every default that this process knows is in an object that an entry gave. */
export const isComplete = (object: KubeObject): boolean => complete.has(object);
