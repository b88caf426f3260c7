import {
  badRequest,
  type FieldError,
  forbiddenAt,
  invalidObject,
  type KubeObject,
  notSupported,
  StatusError,
} from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Entry } from '../cache/entry.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Resource } from '../registry/resource.ts';
import { rowResponse, tableResponse } from '../table/respond.ts';
import { entriesBody, listBody } from './list-body.ts';
import { listQuery, type ListQuery } from './list-options.ts';
import { type Negotiated, negotiate } from './negotiate.ts';
import { type Page, pageOf } from './page.ts';
import { partialMessage, protobufList } from './messages.ts';
import { partialMetadata, refuseMisfit } from './partial-metadata.ts';
import { bytesResponse, entryResponse, valueResponse } from './respond.ts';
import { atLeast, revisionProblem } from './revision.ts';

export interface ReadDeps {
  readonly clock: Clock;
}

export async function get(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  if (c.query.has('export')) throw badRequest('the export parameter, deprecated since v1.14, is no longer supported');
  const wanted = c.query.get('resourceVersion') ?? '';
  const problem = revisionProblem(wanted);
  if (problem) throw new StatusError(500, '', problem);
  // Who says how old it may be is answered from the cache.
  if (wanted === '') await registry.feed.current();
  else await atLeast(registry.feed, Number(wanted));
  const { namespace, name } = c.info;
  const entry = registry.conversions
    ? await registry.converted(namespace, name, { anew: wanted === '' })
    : registry.known(namespace, name);
  refuseMisfit(form, registry.resource.kind, false);
  if (form.as === 'Table') return rowResponse(c, registry.resource.kind, entry, form);
  if (form.as !== 'itself') return valueResponse(c, partialMetadata(entry.object, form.version), form);
  return entryResponse(c, entry, form);
}

export async function list(c: RequestContext, registry: Registry, deps: ReadDeps): Promise<ServerResponse> {
  const { resource } = registry;
  const form = negotiate(c.request, c.query, 'list', registry.resource.kind);
  const query = listQuery(resource, c.info, c.query);
  checkList(query);
  return listResponse(c, resource, await pageOf(c, registry, query, deps), form, deps.clock);
}

/** A page in the form that the client wants. */
export async function listResponse(
  c: RequestContext,
  resource: Resource,
  page: Page,
  form: Negotiated,
  clock: Clock,
): Promise<ServerResponse> {
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.continue && { continue: page.continue }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  refuseMisfit(form, resource.kind, true);
  if (form.as === 'Table') return tableResponse(c, resource, page.items, form, metadata, clock);
  const { apiVersion, listKind, unstructured } = resource.kind;
  const isPartial = form.as !== 'itself';
  const head = isPartial
    ? { kind: form.as, apiVersion: `meta.k8s.io/${form.version}`, metadata }
    : { kind: listKind, apiVersion, metadata: unstructured ? { continue: '', ...metadata } : metadata };
  const itemOf = isPartial
    ? ({ object }: Entry) => partialMetadata(object, form.version)
    : ({ object }: Entry) => (unstructured ? object : bare(object));
  c.audit?.responded(() => ({ ...head, items: page.items.map(itemOf) }));
  if (form.media === 'protobuf' && !c.request.objects) {
    const messageFor = isPartial ? partialMessage : ({ message }: Entry) => message;
    return bytesResponse(await protobufList(head, page.items, messageFor, clock), form.contentType, 200);
  }
  if (c.request.objects || form.media === 'yaml' || form.pretty)
    return valueResponse(c, { ...head, items: page.items.map(itemOf) }, form);
  if (isPartial) {
    const bytesOf = (entry: Entry) => Buffer.from(JSON.stringify(itemOf(entry)));
    return bytesResponse(await listBody(head, 'items', page.items, bytesOf, clock), form.contentType, 200);
  }
  const headOf = unstructured ? (entry: Entry) => entry.head : (entry: Entry) => entry.itemHead;
  return bytesResponse(entriesBody(head, page.items, headOf), form.contentType, 200);
}

/** An item of a list says neither version nor kind. */
function bare({ apiVersion: _v, kind: _k, ...item }: KubeObject): Omit<KubeObject, 'apiVersion' | 'kind'> {
  return item;
}

export function checkList(q: ListQuery): void {
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
  if (errors.length) throw invalidObject('meta.k8s.io', 'ListOptions', '', errors);
}
