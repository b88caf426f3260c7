import { type FieldError, forbiddenAt, invalidObject, notSupported, StatusError } from '@tiphys/sdk/machinery';
import { isOpen } from '@tiphys/sdk/api';
import type { Gates } from '@tiphys/sdk/schema';
import type { WatchFrame } from '@tiphys/sdk/client';
import { type Clock, pacerOf } from '@tiphys/sdk/runtime';
import type { Entry } from '../cache/entry.ts';
import type { Interest, Told, Watcher } from '../cache/watcher.ts';
import type { RequestContext, ServerResponse, Sink } from '../context.ts';
import type { Feed } from '../cache/feed.ts';
import type { Registry } from '../registry/registry.ts';
import type { Resource } from '../registry/resource.ts';
import { onceOver } from '../once-over.ts';
import { includeObjectOf } from '../table/table.ts';
import { fanOutOf } from './fan-out.ts';
import { listQuery, type ListQuery } from './list-options.ts';
import { type Negotiated, asStream, negotiate } from './negotiate.ts';
import type { ReadDeps } from './read.ts';
import { atLeast, revisionProblem } from './revision.ts';
import { convertedWatch } from './converted-watch.ts';
import { bookmark, eventFrame, framer, joinFrames } from './watch-frames.ts';
import { pushWatch } from './watch-push.ts';
import { asksForWebSocket, webSocket } from './watch-socket.ts';

const bookmarkEveryMs = 60_000;
/** The last bookmark comes so long before the end. */
const lastBookmarkMs = 2000;

/** Objects told together at the beginning. */
const together = 250;
/** So many are looked at before the time is. */
const lookedAt = 32;

interface EndingDeps {
  readonly clock: Clock;
  readonly random: { next(): number };
  /** Watches without a limit of their own end after this long to twice as long. */
  readonly minWatchSeconds: number;
}

export async function watch(
  c: RequestContext,
  registry: Registry,
  deps: ReadDeps & EndingDeps,
): Promise<ServerResponse> {
  const { resource, cache } = registry;
  const listForm = negotiate(c.request, c.query, 'list', resource.kind);
  const query = listQuery(resource, c.info, c.query);
  checkWatch(query, registry.gates);
  const asked = query.resourceVersion;
  const problem = revisionProblem(asked);
  if (problem) throw new StatusError(500, '', problem);
  // Whatever is wrong with the question comes before that its answer can't be written as asked.
  const form = asStream(listForm);
  const include = form.as === 'Table' ? includeObjectOf(c.query) : 'None';
  const { feed } = registry;
  if (asked === '') await feed.current();
  else if (query.sendInitialEvents) await atLeast(feed, Number(asked));

  const withInitial = query.sendInitialEvents ?? (asked === '' || asked === '0');
  const { conversions } = registry;
  // What others convert is looked at when they have.
  const interest = conversions ? unselected(query.interest) : seenAs(resource, query.interest);
  const initial = withInitial ? inSlices(cache.entries(interest), interest, deps.clock, c.initialized) : undefined;
  let watcher: Watcher;
  try {
    watcher = cache.watch(interest, withInitial ? feed.revision : Number(asked) || feed.revision, initial);
  } catch (err) {
    // An old revision is told in the stream, so that the client starts over rather than gives up.
    if (!(err instanceof StatusError) || c.request.objects) throw err;
    return streamed(c, form, one(eventFrame(form, 'ERROR', err.status)));
  }
  if (query.sendInitialEvents && query.allowWatchBookmarks) {
    watcher.tell({ type: 'BOOKMARK', revision: feed.revision, initialEventsEnd: true });
  }
  if (!initial) c.initialized?.();
  const deadline = endInTime(watcher, c, query, deps);
  if (query.allowWatchBookmarks) remind(watcher, { feed, clock: deps.clock }, deadline);
  const { matches } = query.interest;
  const all = conversions ? convertedWatch(watcher, { conversions, resource, matches }) : watcher;
  if (c.request.objects)
    return { status: 200, headers: {}, body: { type: 'frames', frames: objectFrames(all, resource) } };
  // Objects can't be told as lists: upstream's stream ends at the first.
  if (form.as === 'PartialObjectMetadataList') {
    watcher.close();
    return streamed(c, form, none());
  }
  const toFrame = framer(resource, form, { include, now: c.now });
  const framesOf = (told: readonly Told[]): readonly Buffer[] => told.map(toFrame);
  if (asksForWebSocket(c)) return webSocket(c, form, mapped(all, framesOf), watcher);
  const chunkOf = (told: readonly Told[]) => (told.length === 1 ? toFrame(told[0]!) : joinFrames(framesOf(told)));
  if (conversions) return stream(form, mapped(all, chunkOf));
  const fanOut = fanOutOf(deps.clock);
  return stream(form, mapped(watcher, chunkOf), (into) => pushWatch(watcher, { chunkOf, fanOut }, into));
}

/** What is selected by what this version shows of it, whichever is stored. */
function seenAs(resource: Resource, interest: Interest): Interest {
  const { matches } = interest;
  if (!matches || !resource.kind.hub) return interest;
  return { ...interest, matches: (entry) => matches(entry.served(resource)) };
}

/** Everything where it is looked for. */
function unselected({ namespace, name }: Interest): Interest {
  return { ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }) };
}

/** Objects that are told at the beginning of a watch, in slices that don't hold up others; says when that is over. */
async function* inSlices(
  entries: Iterable<Entry>,
  { matches }: Interest,
  clock: Clock,
  over?: () => void,
): AsyncIterable<readonly Entry[]> {
  const pacer = pacerOf(clock);
  let slice: Entry[] = [];
  let seen = 0;
  try {
    for (const entry of entries) {
      if (matches?.(entry) ?? true) slice.push(entry);
      if (slice.length === together) {
        yield slice;
        slice = [];
      }
      if (++seen % lookedAt === 0) await pacer.turn();
    }
    if (slice.length) yield slice;
  } finally {
    over?.();
  }
}

/** A few frames, and the end. */
function streamed(c: RequestContext, form: Negotiated, batches: AsyncIterable<readonly Buffer[]>): ServerResponse {
  c.initialized?.();
  return asksForWebSocket(c)
    ? webSocket(c, form, batches)
    : stream(
        form,
        mapped(batches, (b) => Buffer.concat(b)),
      );
}

function stream(
  { contentType }: Negotiated,
  chunks: AsyncIterable<Uint8Array>,
  push?: (into: Sink) => void,
): ServerResponse {
  return {
    status: 200,
    headers: { 'content-type': contentType },
    body: { type: 'stream', chunks, ...(push && { push }) },
  };
}

async function* none(): AsyncIterable<readonly Buffer[]> {}

async function* one(frame: Buffer): AsyncIterable<readonly Buffer[]> {
  yield [frame];
}

/** No generator, as a watcher is none. */
function mapped<T, U>(source: AsyncIterable<T>, map: (value: T) => U): AsyncIterable<U> {
  return {
    [Symbol.asyncIterator]() {
      const from = source[Symbol.asyncIterator]();
      const leave = async (): Promise<IteratorResult<U>> => {
        await from.return?.();
        return { value: undefined, done: true };
      };
      const take = (result: IteratorResult<T>): IteratorResult<U> =>
        result.done ? result : { value: map(result.value), done: false };
      return {
        next: () =>
          from
            .next()
            .then(take)
            .catch(async (error: unknown) => {
              await leave();
              throw error;
            }),
        return: leave,
      };
    },
  };
}

async function* objectFrames(
  watcher: AsyncIterable<readonly Told[]>,
  resource: Resource,
): AsyncIterable<readonly WatchFrame[]> {
  for await (const batch of watcher) {
    yield batch.map((t): WatchFrame => {
      if (t.type === 'BOOKMARK') return { type: 'BOOKMARK', object: bookmark(resource, t) };
      return { type: t.type, object: t.entry.served(resource).object };
    });
  }
}

/** Ends the watch when its time is over or the client is gone. Answers the moment, monotonic. */
function endInTime(
  watcher: Watcher,
  c: RequestContext,
  { timeoutSeconds }: ListQuery,
  { clock, random, minWatchSeconds }: EndingDeps,
): number {
  const seconds = timeoutSeconds || minWatchSeconds * (1 + random.next());
  const cancel = clock.after(seconds * 1000, () => watcher.close());
  const stay = onceOver(c.request, () => watcher.close());
  watcher.onceClosed(() => {
    cancel();
    stay();
  });
  return clock.monotonic() + seconds * 1000;
}

/** Tells how far the watch is, every minute and just before it ends, so that the client can come back there. */
function remind(watcher: Watcher, { feed, clock }: { feed: Feed; clock: Clock }, deadline: number): void {
  const next = () => {
    const beforeEnd = deadline - clock.monotonic() - lastBookmarkMs;
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

function checkWatch(q: ListQuery, gates: Gates | undefined): void {
  const errors: FieldError[] = [];
  const match = q.resourceVersionMatch;
  if (q.sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(
      forbiddenAt('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    );
  }
  if (q.sendInitialEvents !== undefined && !isOpen(gates, 'WatchList')) {
    const why = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    errors.push(forbiddenAt('sendInitialEvents', why));
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
  }
  // Whoever asks for what is there now is taken to have asked for initial events, and so to have said how new they must be.
  const isImplied = q.sendInitialEvents === undefined && (q.resourceVersion === '' || q.resourceVersion === '0');
  if (q.continue && (match || isImplied))
    errors.push(forbiddenAt('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  if (errors.length) throw invalidObject('meta.k8s.io', 'ListOptions', '', errors);
}
