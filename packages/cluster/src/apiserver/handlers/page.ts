import { badRequest, StatusError } from '@tiphys/sdk/machinery';
import { pacerOf } from '@tiphys/sdk/runtime';
import { Compacted } from '../../store/index.ts';
import { Entry } from '../cache/entry.ts';
import { OrderedEntries } from '../cache/ordered.ts';
import { isWithin, scopeOf, within } from '../cache/watch-cache.ts';
import type { RequestContext } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import { type ContinueToken, decodeContinue, encodeContinue } from './continue-token.ts';
import type { ListQuery } from './list-options.ts';
import type { ReadDeps } from './read.ts';
import { atLeast, revisionProblem } from './revision.ts';

/** What a list answers with: all of what was asked for, or as much of it as fits the limit. */
export interface Page {
  readonly items: readonly Entry[];
  readonly revision: number;
  readonly continue?: string;
  readonly remaining?: number;
}

/** So many objects are looked at before the time is: some have to be parsed. */
const lookedAt = 32;

export async function pageOf(c: RequestContext, registry: Registry, query: ListQuery, deps: ReadDeps): Promise<Page> {
  const { feed, resource, cache } = registry;
  const { interest } = query;
  const token = query.continue ? decodeContinue(query.continue) : undefined;
  if (token && query.resourceVersion && query.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const wanted = query.resourceVersion;
  const problem = revisionProblem(wanted);
  if (problem) throw badRequest(`invalid resource version: ${problem}`);
  if (wanted === '') await feed.current();
  else await atLeast(feed, Number(wanted));
  if (token && token.revision > 0) await atLeast(feed, token.revision);
  // What is said to be in the cache, whatever it is, is told in one piece.
  const limit = wanted === '0' ? 0 : query.limit;
  const revision = revisionOf(query, limit, token) ?? feed.revision;
  const scope = scopeOf(resource, interest);
  const start = token ? scope + token.start : scope;

  if (!token && interest.indexed && revision >= cache.lastChange)
    return { items: only(cache.list(interest)), revision };
  const entries = await entriesAt(registry, { scope, revision, token });
  const items: Entry[] = [];
  const pacer = pacerOf(deps.clock);
  let seen = 0;
  let more = false;
  const isEnough = (entry: Entry): boolean => {
    // As upstream: there is more when there is anything, whether or not it is asked for.
    more = limit > 0 && items.length === limit;
    if (!more && (interest.matches?.(entry) ?? true)) items.push(entry);
    return more;
  };
  if (registry.conversions) {
    // No more is converted than is looked at.
    const size = limit > 0 && !interest.matches ? limit + 1 : undefined;
    const found = within(interest, entries.range(scope, start));
    for await (const slice of registry.conversions.slices(found, size)) if (slice.some(isEnough)) break;
  } else {
    for (const found of entries.range(scope, start)) {
      if (++seen % lookedAt === 0) await pacer.turn();
      if (isWithin(interest, found) && isEnough(found.served(resource))) break;
    }
  }
  if (!more) return { items, revision };
  cache.snapshots.keep(revision, entries);
  // How many are left isn't told when it takes looking into every object.
  const isWhole = !interest.matches && interest.name === undefined;
  return {
    items,
    revision,
    continue: encodeContinue({ revision, start: `${items.at(-1)!.key.slice(scope.length)}\0` }),
    ...(isWhole && { remaining: entries.count(scope, start) - limit }),
  };

  function only(found: readonly Entry[]): Entry[] {
    return found.map((e) => e.served(resource)).filter((e) => interest.matches?.(e) ?? true);
  }
}

/** The one revision that the list must show; nothing where any that is new enough will do. */
function revisionOf(query: ListQuery, limit: number, token: ContinueToken | undefined): number | undefined {
  // A token without a revision goes on with what is there now.
  if (token) return token.revision > 0 ? token.revision : undefined;
  const asked = Number(query.resourceVersion);
  if (asked === 0) return undefined;
  const isExact = query.resourceVersionMatch === 'Exact' || (limit > 0 && !query.resourceVersionMatch);
  return isExact ? asked : undefined;
}

async function entriesAt(
  { cache, feed }: Registry,
  { scope, revision, token }: { scope: string; revision: number; token: ContinueToken | undefined },
): Promise<OrderedEntries> {
  if (revision >= cache.lastChange) return cache.snapshot();
  const kept = cache.snapshots.at(revision);
  if (kept) return kept;
  try {
    const { items } = await feed.store.list(scope, { revision });
    const entries = new OrderedEntries();
    for (const i of items) entries.set(Entry.read(cache.resource, i));
    return entries;
  } catch (err) {
    if (!(err instanceof Compacted)) throw err;
    throw expired(token);
  }
}

/** Too old. Who was reading on gets a token to read on with from what is there now. */
function expired(token: ContinueToken | undefined): StatusError {
  if (!token) return new StatusError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  const error = new StatusError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  error.status.metadata.continue = encodeContinue({ revision: -1, start: token.start });
  return error;
}
