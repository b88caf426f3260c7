import type { KubeObject } from '@tiphys/sdk/machinery';
import { decode } from '@tiphys/sdk/schema';
import type { Entry } from '../cache/entry.ts';
import type { Told } from '../cache/watcher.ts';
import type { Resource } from '../registry/resource.ts';
import { columnDefinitions, type IncludeObject, rowOf } from '../table/table.ts';
import { entryPieces, protobufFrame, protobufOf } from './messages.ts';
import type { Negotiated } from './negotiate.ts';
import { partialMetadata } from './partial-metadata.ts';

const initialEventsEnd = 'k8s.io/initial-events-end';

type Bookmark = Extract<Told, { type: 'BOOKMARK' }>;

/** An event as a frame of its own: a line of JSON, or a protobuf message behind its length. */
export function eventFrame({ media }: Pick<Negotiated, 'media'>, type: string, object: unknown): Buffer {
  if (media === 'protobuf') return protobufFrame(type, [protobufOf(object)]);
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}

/** A frame without the length before it, where something else says where it ends. */
export const unframed = ({ media }: Negotiated, frame: Buffer): Buffer | string =>
  media === 'protobuf' ? frame.subarray(4) : frame.toString();

/** Makes the frames of one watch. Those that tell an object as it is are made once for all watchers. */
export function framer(
  resource: Resource,
  form: Negotiated,
  { include, now }: { include: IncludeObject; now: number },
): (told: Told) => Buffer {
  if (form.as === 'Table') return tableFramer(resource, form, include, now);
  if (form.as !== 'itself') {
    return (t) => {
      const object = t.type === 'BOOKMARK' ? bookmark(resource, t) : t.entry.served(resource).object;
      return eventFrame(form, t.type, partialMetadata(object, form.version));
    };
  }
  const frameOf = form.media === 'protobuf' ? messages.frameOf : lines.frameOf;
  return (t) =>
    t.type === 'BOOKMARK' ? eventFrame(form, t.type, bookmark(resource, t)) : frameOf(t.type, t.entry.served(resource));
}

function tableFramer(
  resource: Resource,
  form: Negotiated,
  include: IncludeObject,
  now: number,
): (told: Told) => Buffer {
  let first = true;
  return (t) => {
    const object = t.type === 'BOOKMARK' ? blank(resource, t) : t.entry.served(resource).object;
    const rows = [rowOf(resource.kind, object, form.version, include, now)];
    const metadata = { resourceVersion: String(t.type === 'BOOKMARK' ? t.revision : t.entry.revision) };
    const columns = first ? columnDefinitions(resource.kind) : null;
    first = false;
    return eventFrame(form, t.type, {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${form.version}`,
      metadata,
      columnDefinitions: columns,
      rows,
    });
  };
}

const recentBytes = 16 * 1024 * 1024;

/** Frames made lately: every watcher of a resource is told the same bytes, if not all at the same moment. */
class RecentFrames {
  readonly #make: (type: string, entry: Entry) => Buffer;
  readonly #frames = new Map<Entry, { readonly type: string; readonly bytes: Buffer }>();
  #held = 0;

  constructor(make: (type: string, entry: Entry) => Buffer) {
    this.#make = make;
  }

  readonly frameOf = (type: string, entry: Entry): Buffer => {
    const known = this.#frames.get(entry);
    if (known?.type === type) return known.bytes;
    const bytes = this.#make(type, entry);
    this.#held += bytes.length - (known?.bytes.length ?? 0);
    this.#frames.set(entry, { type, bytes });
    for (const [oldest, { bytes: held }] of this.#frames) {
      if (this.#held <= recentBytes) break;
      this.#frames.delete(oldest);
      this.#held -= held.length;
    }
    return bytes;
  };
}

/** Larger pieces aren't kept. */
const joinedBytes = 1024 * 1024;

/** Frames in one piece. Many are told the same together, one after the other: who begins to watch, above all. */
class JoinedFrames {
  #frames: readonly Buffer[] = [];
  #joined: Buffer = Buffer.alloc(0);

  readonly of = (frames: readonly Buffer[]): Buffer => {
    if (frames.length === 1) return frames[0]!;
    if (frames.length === this.#frames.length && frames.every((f, i) => f === this.#frames[i])) return this.#joined;
    const joined = Buffer.concat(frames);
    if (joined.length <= joinedBytes) [this.#frames, this.#joined] = [frames, joined];
    return joined;
  };
}

export const joinFrames = new JoinedFrames().of;

const lineEnd = Buffer.from('}\n');
const lines = new RecentFrames((type, entry) =>
  Buffer.concat([Buffer.from(`{"type":"${type}","object":`), ...entry.pieces, lineEnd]),
);
const messages = new RecentFrames((type, entry) => protobufFrame(type, entryPieces(entry)));

/** A bookmark as an object that says nothing else, where something is to be made of it. */
const blank = (resource: Resource, told: Bookmark): KubeObject =>
  decode(resource.kind.schema.shape, bookmark(resource, told), { fill: false }) as KubeObject;

export function bookmark({ kind }: Resource, { revision, initialEventsEnd: end }: Bookmark): KubeObject {
  const annotations = end ? { annotations: { [initialEventsEnd]: 'true' } } : {};
  return {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: { resourceVersion: String(revision), ...annotations },
  };
}
