import {
  badRequest,
  type FieldError,
  forbiddenAt,
  invalid,
  invalidObject,
  notSupported,
  StatusError,
} from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import { Compacted, type StoreBackend } from '../../store/index.ts';
import { Entry } from '../cache/entry.ts';
import type { Feed } from '../cache/feed.ts';
import type { Interest } from '../cache/watcher.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import { tableResponse } from '../table/respond.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { listQuery, type ListQuery } from './list-options.ts';
import { negotiate } from './negotiate.ts';
import { partialMetadata, partialMetadataList } from './partial-metadata.ts';
import { bytesResponse, entryResponse, valueResponse } from './respond.ts';

export interface ReadDeps {
  readonly feed: Feed;
  readonly store: StoreBackend;
  readonly clock: Clock;
}

export async function get(c: RequestContext, registry: Registry, deps: ReadDeps): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object');
  if (c.query.has('export')) throw badRequest('the export parameter, deprecated since v1.14, is no longer supported');
  const wanted = c.query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(wanted)) throw new StatusError(500, '', unparsableRevision(wanted));
  await atLeast(deps.feed, Number(wanted), c);
  const entry = await registry.get(c.info.namespace, c.info.name, c.signal);
  if (form.as === 'Table')
    return tableResponse(c, registry.resource, [entry], form, { resourceVersion: String(entry.revision) });
  if (form.as !== 'itself') return valueResponse(c, partialMetadata(entry.object, form.version), form);
  return entryResponse(c, entry, form);
}

/** Items joined in one go between two pauses. */
const chunk = 250;

export async function list(c: RequestContext, registry: Registry, deps: ReadDeps): Promise<ServerResponse> {
  const { resource } = registry;
  const form = negotiate(c.request, c.query, 'list');
  const query = listQuery(resource, c.info, c.query);
  checkList(query);
  const page = await pageOf(c, registry, query, deps);
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.continue && { continue: page.continue }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  if (form.as === 'Table') return tableResponse(c, resource, page.items, form, metadata);
  const { apiVersion, listKind } = resource.kind;
  if (form.as !== 'itself')
    return valueResponse(
      c,
      partialMetadataList(
        page.items.map((i) => i.object),
        form.version,
        metadata,
      ),
      form,
    );
  if (c.request.objects || form.media === 'yaml' || form.pretty) {
    const items = page.items.map(({ object: { apiVersion: _v, kind: _k, ...item } }) => item);
    return valueResponse(c, { kind: listKind, apiVersion, metadata, items }, form);
  }
  const pieces: Uint8Array[] = [
    Buffer.from(
      `{"kind":${JSON.stringify(listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`,
    ),
  ];
  for (const [i, entry] of page.items.entries()) {
    if (i > 0) pieces.push(comma);
    pieces.push(entry.item);
    if (i % chunk === chunk - 1) await deps.clock.yield();
  }
  pieces.push(end);
  return bytesResponse(pieces, form.contentType, 200);
}

const comma = Buffer.from(',');
const end = Buffer.from(']}\n');

interface Page {
  readonly items: readonly Entry[];
  readonly revision: number;
  readonly continue?: string;
  readonly remaining?: number;
}

async function pageOf(c: RequestContext, registry: Registry, query: ListQuery, deps: ReadDeps): Promise<Page> {
  const { feed } = deps;
  const { interest, limit } = query;
  const token = query.continue ? decodeContinue(query.continue) : undefined;
  if (token && query.resourceVersion && query.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const wanted = query.resourceVersion;
  if (!/^\d*$/.test(wanted)) throw badRequest(`invalid resource version: ${unparsableRevision(wanted)}`);
  if (wanted === '') await feed.current(c.signal);
  else await atLeast(feed, Number(wanted), c);
  const exact =
    token?.revision ??
    (query.resourceVersionMatch === 'Exact' ||
    (limit > 0 && wanted !== '' && wanted !== '0' && !query.resourceVersionMatch)
      ? Number(wanted)
      : undefined);
  // A token without a revision goes on with what is there now.
  const revision = exact !== undefined && exact > 0 ? exact : feed.revision;
  const all = await entriesAt(registry, interest, revision, deps);
  const start = token ? registry.resource.prefix + token.start : '';
  const matching = all.filter((e) => e.key >= start && (interest.matches?.(e) ?? true));
  if (!limit || matching.length <= limit) return { items: matching, revision };
  const items = matching.slice(0, limit);
  const next = `${items.at(-1)!.key.slice(registry.resource.prefix.length)}\0`;
  return {
    items,
    revision,
    continue: encodeContinue({ revision, start: next }),
    // How many are left isn't told when it takes looking into every object.
    ...(!interest.matches && { remaining: matching.length - limit }),
  };
}

async function entriesAt(
  registry: Registry,
  interest: Interest,
  revision: number,
  { feed, store }: ReadDeps,
): Promise<readonly Entry[]> {
  const { resource, cache } = registry;
  if (revision >= cache.lastChange || revision >= feed.revision)
    return cache.list(interest).map((e) => e.served(resource));
  try {
    const scope =
      interest.namespace !== undefined && resource.namespaced
        ? `${resource.prefix}${interest.namespace}/`
        : resource.prefix;
    const { items } = await store.list(scope, { revision });
    return items
      .map((i) => new Entry(cache.resource, i.key, i.value, i.modRevision).served(resource))
      .filter((e) => interest.name === undefined || e.name === interest.name);
  } catch (err) {
    if (!(err instanceof Compacted)) throw err;
    throw new StatusError(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
  }
}

/** A revision that is still to come is waited for a little, then refused. */
async function atLeast(feed: Feed, revision: number, c: RequestContext): Promise<void> {
  if (revision <= feed.revision) return;
  await feed.current(c.signal);
  if (revision > feed.revision) {
    throw new StatusError(504, 'Timeout', `Too large resource version: ${revision}, current: ${feed.revision}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
}

export const unparsableRevision = (text: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;

function checkList(q: ListQuery): void {
  const errors: FieldError[] = [];
  if (q.sendInitialEvents !== undefined)
    errors.push(forbiddenAt('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  const match = q.resourceVersionMatch;
  if (match) {
    if (!q.resourceVersion)
      errors.push(
        forbiddenAt('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
      );
    if (q.continue)
      errors.push(forbiddenAt('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && q.resourceVersion === '0') {
      errors.push(
        forbiddenAt('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      );
    }
  }
  if (q.limit < 0) errors.push(invalid('limit', q.limit, 'must be greater than or equal to 0'));
  if (errors.length) throw invalidObject('meta.k8s.io', 'ListOptions', '', errors);
}
