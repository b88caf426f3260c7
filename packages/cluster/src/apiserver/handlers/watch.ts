import {
  type FieldError,
  forbiddenAt,
  invalidObject,
  type KubeObject,
  notSupported,
  StatusError,
} from '@tiphys/sdk/machinery';
import type { WatchFrame } from '@tiphys/sdk/client';
import { decode } from '@tiphys/sdk/schema';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Entry } from '../cache/entry.ts';
import type { Told, Watcher } from '../cache/watcher.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Resource } from '../registry/resource.ts';
import { columnDefinitions, type IncludeObject, includeObjectOf, rowOf } from '../table/table.ts';
import { listQuery, type ListQuery } from './list-options.ts';
import { type Negotiated, negotiateStream } from './negotiate.ts';
import { partialMetadata } from './partial-metadata.ts';
import type { ReadDeps } from './read.ts';
import { atLeast, unparsableRevision } from './revision.ts';
import { encode } from './respond.ts';

const initialEventsEnd = 'k8s.io/initial-events-end';
const bookmarkEveryMs = 60_000;
/** The last bookmark comes so long before the end. */
const lastBookmarkMs = 2000;
/** Watches without a limit of their own end after half an hour to an hour, as upstream's. */
const minTimeoutSeconds = 1800;

export async function watch(
  c: RequestContext,
  registry: Registry,
  deps: ReadDeps & { random: { next(): number } },
): Promise<ServerResponse> {
  const { resource, cache } = registry;
  const form = negotiateStream(c.request, c.query);
  const query = listQuery(resource, c.info, c.query);
  checkWatch(query);
  const include = form.as === 'Table' ? includeObjectOf(c.query) : 'None';
  const { feed } = deps;
  const asked = query.resourceVersion;
  if (!/^\d*$/.test(asked)) throw new StatusError(500, '', unparsableRevision(asked));
  if (asked === '') await feed.current(c.signal);
  else if (query.sendInitialEvents) await atLeast(feed, Number(asked), c);

  const withInitial = query.sendInitialEvents ?? (asked === '' || asked === '0');
  const initial = withInitial ? cache.list(query.interest).filter((e) => query.interest.matches?.(e) ?? true) : [];
  let watcher: Watcher;
  try {
    watcher = cache.watch(query.interest, withInitial ? feed.revision : Number(asked) || feed.revision, initial);
  } catch (err) {
    // An old revision is told in the stream, so that the client starts over rather than gives up.
    if (!(err instanceof StatusError) || c.request.objects) throw err;
    return frames(form, one(encode({ type: 'ERROR', object: err.status }, jsonLine)));
  }
  if (query.sendInitialEvents && query.allowWatchBookmarks) {
    watcher.tell({ type: 'BOOKMARK', revision: feed.revision, initialEventsEnd: true });
  }
  const deadline = endInTime(watcher, c, query, deps);
  if (query.allowWatchBookmarks) remind(watcher, deps, deadline);
  if (c.request.objects)
    return { status: 200, headers: {}, body: { type: 'frames', frames: objectFrames(watcher, resource) } };
  // Objects can't be told as lists: upstream's stream ends at the first.
  if (form.as === 'PartialObjectMetadataList') {
    watcher.close();
    return frames(form, none());
  }
  const toBytes = encoder(resource, form, include, c.now);
  return frames(form, bytesOf(watcher, toBytes), watcher.lost);
}

const jsonLine = { media: 'json', pretty: false } as const;

const frames = (form: Negotiated, chunks: AsyncIterable<Uint8Array>, lost?: AbortSignal): ServerResponse => ({
  status: 200,
  headers: { 'content-type': form.contentType },
  body: { type: 'stream', chunks, ...(lost && { lost }) },
});

async function* none(): AsyncIterable<Uint8Array> {}

async function* one(chunk: Uint8Array): AsyncIterable<Uint8Array> {
  yield chunk;
}

async function* objectFrames(watcher: Watcher, resource: Resource): AsyncIterable<readonly WatchFrame[]> {
  for await (const batch of watcher) {
    yield batch.map((t): WatchFrame => {
      if (t.type === 'BOOKMARK') return { type: 'BOOKMARK', object: bookmark(resource, t) };
      return { type: t.type, object: t.entry.served(resource).object };
    });
  }
}

async function* bytesOf(watcher: Watcher, toBytes: (told: Told) => readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for await (const batch of watcher) {
    const pieces = batch.flatMap(toBytes);
    yield pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }
}

/** The bytes of a frame; those of the plain form are made once for all watchers. */
function encoder(
  resource: Resource,
  form: Negotiated,
  include: IncludeObject,
  now: number,
): (told: Told) => readonly Uint8Array[] {
  const line = (type: string, object: unknown) => [encode({ type, object }, jsonLine)];
  if (form.as === 'Table') {
    let first = true;
    return (t) => {
      const object = t.type === 'BOOKMARK' ? blank(resource, t) : t.entry.served(resource).object;
      const rows = [rowOf(resource.kind, object, form.version, include, now)];
      const metadata = { resourceVersion: String(t.type === 'BOOKMARK' ? t.revision : t.entry.revision) };
      const columns = first ? columnDefinitions(resource.kind) : null;
      first = false;
      return line(t.type, {
        kind: 'Table',
        apiVersion: `meta.k8s.io/${form.version}`,
        metadata,
        columnDefinitions: columns,
        rows,
      });
    };
  }
  if (form.as !== 'itself') {
    return (t) =>
      line(
        t.type,
        partialMetadata(t.type === 'BOOKMARK' ? bookmark(resource, t) : t.entry.served(resource).object, form.version),
      );
  }
  return (t) =>
    t.type === 'BOOKMARK' ? line('BOOKMARK', bookmark(resource, t)) : [frameOf(t.type, t.entry.served(resource))];
}

/** Frames made lately: every watcher of a resource is told the same bytes, if not all at the same moment. */
const recent = new Map<Entry, { readonly type: string; readonly bytes: Buffer }>();
const recentBytes = 16 * 1024 * 1024;
let heldBytes = 0;

function frameOf(type: string, entry: Entry): Buffer {
  const known = recent.get(entry);
  if (known?.type === type) return known.bytes;
  const [head, tail] = entry.pieces;
  const bytes = Buffer.concat([Buffer.from(`{"type":"${type}","object":`), head, tail, frameEnd]);
  heldBytes += bytes.length - (known?.bytes.length ?? 0);
  recent.set(entry, { type, bytes });
  for (const [oldest, { bytes: held }] of recent) {
    if (heldBytes <= recentBytes) break;
    recent.delete(oldest);
    heldBytes -= held.length;
  }
  return bytes;
}

const frameEnd = Buffer.from('}\n');

/** A bookmark as an object that says nothing else, where something is to be made of it. */
const blank = (resource: Resource, told: Extract<Told, { type: 'BOOKMARK' }>): KubeObject =>
  decode(resource.kind.schema.shape, bookmark(resource, told), { fill: false }) as KubeObject;

function bookmark({ kind }: Resource, { revision, initialEventsEnd: end }: Extract<Told, { type: 'BOOKMARK' }>) {
  const annotations = end ? { annotations: { [initialEventsEnd]: 'true' } } : {};
  return {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: { resourceVersion: String(revision), ...annotations },
  };
}

/** Ends the watch when its time is over or the client is gone. */
function endInTime(
  watcher: Watcher,
  c: RequestContext,
  { timeoutSeconds }: ListQuery,
  { clock, random }: { clock: Clock; random: { next(): number } },
): number {
  const seconds = timeoutSeconds || minTimeoutSeconds * (1 + random.next());
  const cancel = clock.after(seconds * 1000, () => watcher.close());
  const leave = () => watcher.close();
  c.signal.addEventListener('abort', leave, { once: true });
  if (c.signal.aborted) watcher.close();
  watcher.onceClosed(() => {
    cancel();
    c.signal.removeEventListener('abort', leave);
  });
  return clock.now() + seconds * 1000;
}

/** Tells how far the watch is, every minute and just before it ends, so that the client can come back there. */
function remind(watcher: Watcher, { feed, clock }: Pick<ReadDeps, 'feed' | 'clock'>, deadline: number): void {
  const next = () => {
    const beforeEnd = deadline - clock.now() - lastBookmarkMs;
    const wait = beforeEnd > 0 ? Math.min(bookmarkEveryMs, beforeEnd) : bookmarkEveryMs;
    return clock.after(wait, () => {
      // Whatever the caches show has been offered to the watcher already.
      watcher.tell({ type: 'BOOKMARK', revision: Math.max(feed.revision, watcher.revision) });
      cancel = next();
    });
  };
  let cancel = next();
  watcher.onceClosed(() => cancel());
}

function checkWatch(q: ListQuery): void {
  const errors: FieldError[] = [];
  const match = q.resourceVersionMatch;
  if (q.sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(
      forbiddenAt('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    );
  }
  if (match) {
    if (q.sendInitialEvents === undefined) {
      errors.push(
        forbiddenAt(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    }
    if (match !== 'NotOlderThan') errors.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
    if (q.continue)
      errors.push(forbiddenAt('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (errors.length) throw invalidObject('meta.k8s.io', 'ListOptions', '', errors);
}
