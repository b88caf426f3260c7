import {
  badRequest,
  type FieldError,
  invalid,
  invalidObject,
  isObject,
  type JsonObject,
  type KubeObject,
  notSupported,
  StatusError,
} from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { DeleteOptions } from '../registry/delete-options.ts';
import type { Registry, WriteRequest, Written } from '../registry/registry.ts';
import { keyOf, type Resource } from '../registry/resource.ts';
import { rowResponse } from '../table/respond.ts';
import { Entry, storedBody } from '../cache/entry.ts';
import { mediaTypeOf, readObject, unsupportedMedia } from './body.ts';
import { listQuery } from './list-options.ts';
import { type Negotiated, negotiate } from './negotiate.ts';
import { partialMetadata, refuseMisfit } from './partial-metadata.ts';
import { entryResponse, valueResponse } from './respond.ts';

export async function create(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object');
  const request = writeRequest(c, 'CreateOptions');
  const object = await readObject(c, registry.resource.kind);
  checkPlace(object.metadata, c.info.namespace, '');
  const name = object.metadata.name ?? '';
  return writtenResponse(c, registry, await registry.create(object, { ...request, name }), form);
}

export async function update(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object');
  const request = writeRequest(c, 'UpdateOptions');
  const object = await readObject(c, registry.resource.kind);
  checkPlace(object.metadata, c.info.namespace, c.info.name, true);
  const written = await registry.update({
    ...request,
    ...(c.info.subresource && { subresource: c.info.subresource }),
    next: () => object,
    retry: false,
    mayCreate: !c.info.subresource && (registry.resource.kind.createOnUpdate ?? false),
  });
  return writtenResponse(c, registry, written, form);
}

/** A collection's deletion looks at so many objects at a time. */
const chunk = 100;

export async function remove(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object');
  const options = await deleteOptions(c);
  const request = { ...writeRequest(c, 'DeleteOptions'), dryRun: isDryRun(options.dryRun ?? []) };
  const { object, gone, entry } = await registry.delete(request, options);
  const { kind } = registry.resource;
  if (entry && !gone) return writtenResponse(c, registry, { object, entry, created: false }, form);
  const shown = !gone || kind.graceful || kind.returnsDeleted ? object : deleted(registry, object.metadata);
  return valueResponse(c, shown, form);
}

const deleted = ({ resource }: Registry, { name, uid }: { name?: string; uid?: string }) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: {
    ...(name && { name }),
    ...(resource.group && { group: resource.group }),
    kind: resource.resource,
    ...(uid && { uid }),
  },
});

export async function removeCollection(c: RequestContext, registry: Registry, clock: Clock): Promise<ServerResponse> {
  const { resource, cache } = registry;
  const form = negotiate(c.request, c.query, 'list');
  const options = await deleteOptions(c);
  const request = { ...writeRequest(c, 'DeleteOptions'), dryRun: isDryRun(options.dryRun ?? []) };
  const { interest } = listQuery(resource, c.info, c.query);
  const wanted = cache
    .list(interest)
    .map((e) => e.served(resource))
    .filter((e) => interest.matches?.(e) ?? true);
  for (const [i, { namespace, name }] of wanted.entries()) {
    try {
      await registry.delete({ ...request, namespace, name }, options);
    } catch (err) {
      // Somebody else was faster.
      if (!(err instanceof StatusError) || err.code !== 404) throw err;
    }
    if (i % chunk === chunk - 1) await clock.yield();
  }
  const metadata = { resourceVersion: String(cache.lastChange) };
  const items = wanted.map(({ object: { apiVersion: _v, kind: _k, ...item } }) => item);
  return valueResponse(
    c,
    { kind: resource.kind.listKind, apiVersion: resource.kind.apiVersion, metadata, items },
    form,
  );
}

export function writtenResponse(
  c: RequestContext,
  { resource }: Registry,
  written: Written,
  form: Negotiated,
): ServerResponse {
  const status = written.created ? 201 : 200;
  const { object, entry } = written;
  refuseMisfit(form, resource.kind, false);
  if (form.as === 'Table') return rowResponse(c, resource, entry ?? tried(resource, object), form, status);
  if (form.as !== 'itself') return valueResponse(c, partialMetadata(object, form.version), form, status);
  return entry ? entryResponse(c, entry, form, status) : valueResponse(c, object, form, status);
}

/** What was tried and not stored, where an entry is wanted. */
const tried = (resource: Resource, object: KubeObject): Entry =>
  new Entry(
    resource,
    keyOf(resource, object.metadata.namespace ?? '', object.metadata.name ?? ''),
    storedBody(object),
    0,
  );

/** What every write carries, its options checked. */
export function writeRequest(c: RequestContext, optionsKind: string): WriteRequest {
  const { namespace, name } = c.info;
  const dryRuns = c.query.getAll('dryRun');
  const errors = [...optionErrors(c.query, dryRuns)];
  if (errors.length) throw invalidObject('meta.k8s.io', optionsKind, '', errors);
  return {
    namespace,
    name,
    user: c.user,
    dryRun: isDryRun(dryRuns),
    options: { kind: optionsKind, apiVersion: 'meta.k8s.io/v1' },
    manager: {
      fieldManager: c.query.get('fieldManager') ?? '',
      userAgent: String(c.request.headers['user-agent'] ?? ''),
    },
    warn: (text) => c.warn(text),
  };
}

const isDryRun = (dryRuns: readonly string[]): boolean => dryRuns.includes('All');

function* optionErrors(query: URLSearchParams, dryRuns: readonly string[]): Iterable<FieldError> {
  if (dryRuns.some((d) => d !== 'All')) yield notSupported('dryRun', dryRuns, ['All']);
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > 128) yield invalid('fieldManager', manager, 'must be no more than 128 characters');
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    yield notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']);
  }
}

/** Where the object says it belongs must be where the request is for; a complete object must say it. */
export function checkPlace(
  metadata: { name?: string; namespace?: string },
  namespace: string,
  name: string,
  complete = false,
): void {
  if (name && !metadata.name && complete) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (name && metadata.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (metadata.namespace && namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Options of a deletion, from the body if there is one, else from the query. */
async function deleteOptions(c: RequestContext): Promise<DeleteOptions> {
  const body = await c.request.body();
  let value: JsonObject = {};
  if (body !== undefined && !(body instanceof Uint8Array)) value = body as unknown as JsonObject;
  else if (body?.length) {
    const media = mediaTypeOf(c.request);
    if (media !== '' && media !== 'application/json') throw unsupportedMedia();
    const parsed: unknown = JSON.parse(Buffer.from(body).toString());
    if (isObject(parsed)) value = parsed;
  } else value = optionsFromQuery(c.query);
  checkDeleteOptions(value);
  return value as DeleteOptions;
}

/** Refuses options that contradict each other or that nobody knows. */
export function checkDeleteOptions(options: JsonObject & DeleteOptions): void {
  const errors: FieldError[] = [];
  const policy = options.propagationPolicy;
  if (policy !== undefined && options.orphanDependents !== undefined && options.orphanDependents !== null) {
    errors.push(invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (policy !== undefined && policy !== null && !['Foreground', 'Background', 'Orphan'].includes(policy)) {
    errors.push(notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  if (options.dryRun?.some((d) => d !== 'All')) errors.push(notSupported('dryRun', options.dryRun, ['All']));
  if (errors.length) throw invalidObject('meta.k8s.io', 'DeleteOptions', '', errors);
}

function optionsFromQuery(query: URLSearchParams): JsonObject {
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  return {
    ...(grace !== null && { gracePeriodSeconds: Number(grace) }),
    ...(policy !== null && { propagationPolicy: policy }),
    ...(orphan !== null && { orphanDependents: orphan === 'true' }),
    ...(query.has('dryRun') && { dryRun: query.getAll('dryRun') }),
  };
}
