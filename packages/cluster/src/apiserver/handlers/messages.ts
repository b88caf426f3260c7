import * as api from '@tiphys/sdk/api';
import type { JsonObject, StructShape } from '@tiphys/sdk/machinery';
import { encodeMessage, envelopeAround, fieldHead, s, sealEnvelope } from '@tiphys/sdk/schema';
import { type Clock, pacerOf } from '@tiphys/sdk/runtime';
import type { Entry } from '../cache/entry.ts';
import { apiGroupDiscoveryList } from '../discovery/shapes.ts';
import { bodiesOnly, declaredKinds } from '../kinds.ts';
import * as meta from '../openapi/meta-shapes.ts';
import { notAcceptable } from './negotiate.ts';

const partial = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', {
  metadata: s.held(1, api.objectMeta),
});

/** What is answered with, besides lists: by version and kind. */
const shapes: ReadonlyMap<string, StructShape> = new Map([
  ...[...declaredKinds, ...bodiesOnly].map((k) => [`${k.apiVersion}/${k.kind}`, k.schema.shape] as const),
  ['v1/Status', meta.status.shape],
  ['v1/APIVersions', meta.apiVersions.shape],
  ['v1/APIGroup', meta.apiGroup.shape],
  ['v1/APIGroupList', meta.apiGroupList.shape],
  ['v1/APIResourceList', meta.apiResourceList.shape],
  ['apidiscovery.k8s.io/v2/APIGroupDiscoveryList', apiGroupDiscoveryList.shape],
  ['meta.k8s.io/v1/PartialObjectMetadata', partial.shape],
  ['meta.k8s.io/v1beta1/PartialObjectMetadata', partial.shape],
]);

/** What says its kind, in its envelope. */
export function protobufOf(value: unknown): Buffer {
  const { apiVersion = 'v1', kind } = value as { apiVersion?: string; kind: string };
  return sealEnvelope({ apiVersion, kind, raw: messageOf(value as JsonObject) });
}

function messageOf(value: JsonObject): Buffer {
  const { apiVersion = 'v1', kind } = value as { apiVersion?: string; kind: string };
  const shape = shapes.get(`${apiVersion}/${kind}`);
  if (!shape) {
    throw notAcceptable('only the following media types are accepted: application/json, application/yaml');
  }
  return encodeMessage(shape, value);
}

/** An entry in its envelope, its message as it is. */
export function entryPieces(entry: Entry): readonly Uint8Array[] {
  const [head, tail] = envelopeAround(entry.resource.kind, entry.message.length);
  return [head, entry.message, tail];
}

/** So many messages are looked at before the time is: some have to be made. */
const lookedAt = 32;

/** A list in its envelope, with its items' messages as they are; pauses where there are thousands. */
export async function protobufList<T>(
  head: { readonly apiVersion: string; readonly kind: string; readonly metadata: JsonObject },
  items: readonly T[],
  messageFor: (item: T) => Uint8Array,
  clock: Clock,
): Promise<Uint8Array[]> {
  const pacer = pacerOf(clock);
  const metadata = encodeMessage(meta.listMeta.shape, head.metadata);
  const pieces: Uint8Array[] = [fieldHead(1, metadata.length), metadata];
  for (const [i, item] of items.entries()) {
    const message = messageFor(item);
    pieces.push(fieldHead(2, message.length), message);
    if (i % lookedAt === lookedAt - 1) await pacer.turn();
  }
  const length = pieces.reduce((sum, p) => sum + p.length, 0);
  const [before, after] = envelopeAround(head, length);
  return [before, ...pieces, after];
}

/** A frame of a watch: its length in four bytes, the type of the event, and the object in its envelope. */
export function protobufFrame(type: string, object: readonly Uint8Array[]): Buffer {
  const size = object.reduce((sum, p) => sum + p.length, 0);
  const raw = fieldHead(1, size);
  const event = Buffer.concat([
    fieldHead(1, type.length),
    Buffer.from(type),
    fieldHead(2, raw.length + size),
    raw,
    ...object,
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

export const partialMessage = ({ object }: Entry): Buffer => encodeMessage(partial.shape, object);
