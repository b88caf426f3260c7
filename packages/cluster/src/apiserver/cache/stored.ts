import { type JsonObject, isObject, type KubeObject, type ManagedFieldsEntry } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import { type AnyKind, decode, decodeMessage, managedFieldsPieces, openEnvelope, settle } from '@tiphys/sdk/schema';
import { declaredKinds } from '../kinds.ts';
import { type Resource, resourceOf } from '../registry/resource.ts';
import { Latest } from './latest.ts';

/** What is in a body. */
export interface Parsed {
  readonly body: KubeObject;
  /** This process has written it, so that every default which it knows is in it. */
  readonly isComplete: boolean;
  /** Somebody keeps it, and says when it is no longer needed. */
  isWanted: boolean;
}

const parsed = Symbol('parsed');

/**
 * Bodies made in this process needn't be parsed to be looked into. What is parsed stands with the bytes: a WeakMap of so many takes
 * longer, and collections of the young take for alive what is in it.
 */
interface Bytes extends Uint8Array {
  [parsed]?: Parsed | undefined;
}

/**
 * Bodies that have just been told wait for somebody who wants to see the object. Nobody is likely to come later, and objects that stay
 * young cost the garbage collector nothing.
 */
const freshBytes = 2 ** 18;
const fresh = new Latest<Bytes>(freshBytes, (bytes) => {
  if (!bytes[parsed]?.isWanted) bytes[parsed] = undefined;
});

/** The body under which an object is stored. The object becomes the parsed form and must not change any more. */
export function storedBody(resource: Resource, object: KubeObject): Uint8Array {
  const bytes = bodyToStore(resource, object);
  told(bytes);
  return bytes;
}

/** The same of what is on its way to the store: the parsed form is kept until it has been told, which whoever is told says. */
export function bodyToStore({ kind: { apiVersion, kind } }: Resource, object: KubeObject): Uint8Array {
  const { apiVersion: _v, kind: _k, metadata, ...rest } = object;
  const { resourceVersion: _r, managedFields, ...kept } = metadata;
  const body = { kind, apiVersion, metadata: managedFields ? { ...kept, managedFields } : kept, ...rest };
  const bytes: Bytes = written(
    managedFields ? piecesOf(managedFields, { kind, apiVersion, metadata: kept }, rest) : [JSON.stringify(body)],
  );
  bytes[parsed] = { body, isComplete: true, isWanted: false };
  return bytes;
}

/** Whoever wants to see the object does so from now on, and soon. */
export function told(bytes: Bytes): void {
  if (bytes[parsed]) fresh.add(bytes, bytes.length);
}

/** What `JSON.stringify` would write of it all; `managedFields` stand last in their metadata. */
function piecesOf(
  managedFields: readonly ManagedFieldsEntry[],
  start: Pick<KubeObject, 'kind' | 'apiVersion' | 'metadata'>,
  rest: object,
): string[] {
  const before = JSON.stringify(start).slice(0, -2);
  const after = JSON.stringify(rest).slice(1);
  return [
    before.endsWith('{') ? `${before}"managedFields":` : `${before},"managedFields":`,
    ...managedFieldsPieces(managedFields),
    after === '}' ? '}}' : `},${after}`,
  ];
}

/** Where a body is written before it is known how long it is. */
const desk = Buffer.allocUnsafeSlow(64 * 1024);
const mostBytesOfACharacter = 3;

/** The pieces in room of their own: in a slab of Node's pool a body that is kept would keep what else was put there. */
function written(pieces: readonly string[]): Buffer {
  const mostBytes = mostBytesOfACharacter * pieces.reduce((sum, { length }) => sum + length, 0);
  const fits = mostBytes <= desk.length;
  const to = fits ? desk : Buffer.allocUnsafeSlow(pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0));
  let length = 0;
  for (const piece of pieces) length += to.write(piece, length);
  if (!fits) return to;
  const bytes = Buffer.allocUnsafeSlow(length);
  desk.copy(bytes, 0, 0, length);
  return bytes;
}

export function forgetParsed(bytes: Bytes): void {
  if (bytes[parsed]) bytes[parsed] = undefined;
}

export function parsedBody(bytes: Bytes): Parsed {
  return (bytes[parsed] ??= {
    body: JSON.parse(textOf(bytes)) as KubeObject,
    isComplete: false,
    isWanted: true,
  });
}

/** What every body of a resource starts with: its type, and the brace behind which its metadata stand. */
export function bodyStart(resource: Resource): { readonly text: string; readonly bytes: Buffer } {
  let start = starts.get(resource);
  if (!start) {
    const { apiVersion, kind } = resource.kind;
    const text = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":{`;
    starts.set(resource, (start = { text, bytes: Buffer.from(text) }));
  }
  return start;
}

const starts = new WeakMap<Resource, { text: string; bytes: Buffer }>();

/** A value that is no object of its resource. */
export class Unreadable extends Error {
  constructor(key: string, cause: unknown) {
    super(`what is stored under ${key} is no object: ${messageOf(cause)}`, {
      cause,
    });
    this.name = 'Unreadable';
  }
}

const newline = 0x0a;

/**
 * The body of what was found in the store. Ours is taken as it is. What a kube-apiserver wrote, which fills in defaults when it
 * reads and ends its JSON with a new line, other versions of the kind and JSON in another order are read as a request's body is,
 * and written anew. Throws `Unreadable`.
 */
export function readBody(resource: Resource, key: string, stored: Uint8Array): Uint8Array {
  const start = bodyStart(resource).bytes;
  const isOurs = stored.at(-1) !== newline && Buffer.compare(start, stored.subarray(0, start.length)) === 0;
  if (isOurs && !resource.kind.unstructured) return stored;
  try {
    const { object, isOther } = hubObject(resource, stored);
    const body = storedBody(resource, object);
    if (isOther) ofOtherVersions.add(body);
    // What reads as it was written keeps its bytes alone.
    return isOurs && Buffer.compare(body, stored) === 0 ? stored : body;
  } catch (cause) {
    throw new Unreadable(key, cause);
  }
}

/** Bodies that were made of what is stored in another version. */
const ofOtherVersions = new WeakSet<Uint8Array>();

export const isOfOtherVersion = (body: Uint8Array): boolean => ofOtherVersions.has(body);

/**
 * As what a value is kept: the version that it is stored in where others convert between a kind's versions, since nobody is asked
 * to convert until somebody wants to see it.
 */
export function keptAs(resource: Resource, stored: Uint8Array): Resource {
  if (!resource.kind.converter) return resource;
  const versions = resource.kind.versions?.().map(resourceOf) ?? [];
  const startsAs = (r: Resource) =>
    Buffer.compare(bodyStart(r).bytes, stored.subarray(0, bodyStart(r).bytes.length)) === 0;
  return versions.find(startsAs) ?? versions.find(({ kind }) => kind.apiVersion === versionIn(stored)) ?? resource;
}

function versionIn(stored: Uint8Array): string {
  try {
    return fromJson(stored).apiVersion;
  } catch {
    // It is refused when it is read.
    return '';
  }
}

function hubObject(resource: Resource, stored: Uint8Array): { object: KubeObject; isOther: boolean } {
  const isJson = stored[0] === 0x7b;
  const { apiVersion, kind: name, value } = isJson ? fromJson(stored) : fromProtobuf(stored);
  // The kind may be left out: older bodies of ours don't say it.
  const { group, storedAs } = resource.kind;
  const read = apiVersion === `${group}/${storedAs?.version}` ? storedAs?.read : undefined;
  const kind = name && !read ? versionOf(resource.kind, apiVersion, name) : resource.kind;
  const said = read ? read(value(kind)) : value(kind);
  const object = decode(kind.schema.shape, said, { lenient: true }) as KubeObject;
  kind.default?.(object);
  // Only JSON tells an empty list from none.
  if (!isJson) settle(kind.schema.shape, object);
  return { object: kind.hub ? kind.hub.toHub(object) : object, isOther: kind !== resource.kind };
}

interface Found {
  readonly apiVersion: string;
  readonly kind: string;
  readonly value: (kind: AnyKind) => JsonObject;
}

function fromJson(stored: Uint8Array): Found {
  const value: unknown = JSON.parse(textOf(stored));
  if (!isObject(value)) throw new Error('it is no JSON object');
  const { apiVersion = '', kind = '' } = value;
  return { apiVersion: String(apiVersion), kind: String(kind), value: () => value };
}

function fromProtobuf(stored: Uint8Array): Found {
  const { raw, ...type } = openEnvelope(stored);
  return { ...type, value: (kind) => decodeMessage(kind.schema.shape, raw) };
}

/** The kind itself, or another version of it that is kept in the same place. */
function versionOf(hub: AnyKind, apiVersion: string, name: string): AnyKind {
  const isIt = (k: AnyKind) => k.apiVersion === apiVersion && k.kind === name;
  const versions = hub.versions?.() ?? declaredKinds.filter((k) => k.hub?.kind.apiVersion === hub.apiVersion);
  const found = isIt(hub) ? hub : versions.find(isIt);
  if (!found) throw new Error(`it is a ${name} of ${apiVersion}, not a ${hub.kind} of ${hub.apiVersion}`);
  return found;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
