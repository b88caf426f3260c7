import {
  badRequest,
  type FieldError,
  invalid,
  invalidObject,
  isObject,
  type JsonObject,
  notSupported,
  StatusError,
} from '@tiphys/sdk/machinery';
import { deleteOptions as optionsSchema } from '@tiphys/sdk/api';
import {
  decode,
  DecodeError,
  decodeMessage,
  openEnvelope,
  protobufMediaType,
  validateManagerName,
} from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { DeleteOptions } from '../registry/delete-options.ts';
import type { Registry } from '../registry/registry.ts';
import type { WriteRequest, Written } from '../registry/requests.ts';
import type { Resource } from '../registry/resource.ts';
import { rowResponse } from '../table/respond.ts';
import { includeObjectOf } from '../table/table.ts';
import { mediaTypeOf, readObject, sentObject, unsupportedMedia } from './body.ts';
import { JsonProblem, jsonWord, readJson } from './json-text.ts';
import { headerType } from './said-type.ts';
import { integer, isTrue, listQuery } from './list-options.ts';
import { type Negotiated, negotiate } from './negotiate.ts';
import { pageOf } from './page.ts';
import { partialMetadata, refuseMisfit } from './partial-metadata.ts';
import { checkList, listResponse, type ReadDeps } from './read.ts';
import { entryResponse, valueResponse } from './respond.ts';
import { readYaml, YamlProblem } from '../yaml/index.ts';

export async function create(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  const request = writeRequest(c, 'CreateOptions');
  const object = await readObject(c, registry.resource.kind);
  checkPlace(object.metadata, c.info.namespace, '');
  request.name = object.metadata.name ?? '';
  return writtenResponse(c, registry, await registry.create(object, request), form);
}

export async function update(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  const request = writeRequest(c, 'UpdateOptions');
  const sent = await sentObject(c, registry.resource.kind);
  checkPlace(sent.first.metadata, placeOf(c, registry.resource), c.info.name, true);
  const written = await registry.update({
    ...request,
    ...(c.info.subresource && { subresource: c.info.subresource }),
    next: (current) => {
      const waits = current ? undefined : c.requireVerb?.('create');
      return waits ? waits.then(() => sent.next()) : sent.next();
    },
    replaces: true,
    mayCreate: registry.resource.kind.createOnUpdate ?? false,
  });
  return writtenResponse(c, registry, written, form);
}

/** A collection's deletion looks at so many objects at a time. */
const chunk = 100;

export async function remove(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  const options = await deleteOptions(c);
  const request = { ...writeRequest(c, 'DeleteOptions'), dryRun: isDryRun(options.dryRun ?? []) };
  warnOfOrphans(registry, request, options);
  const { object, gone, entry } = await registry.delete(request, options);
  // Who wants dependents to go too is told that it takes a while.
  const accepted = !gone && options.orphanDependents === false;
  if (form.as === 'Table') includeObjectOf(c.query);
  if (gone && !registry.resource.kind.returnsDeleted) return valueResponse(c, deleted(registry, object.metadata), form);
  const response = writtenResponse(c, registry, { object, ...(entry && { entry }), created: false }, form);
  return accepted ? { ...response, status: 202 } : response;
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

function warnOfOrphans({ resource }: Registry, request: WriteRequest, options: DeleteOptions): void {
  const { orphanWarning } = resource.kind;
  const said = options.propagationPolicy ?? options.orphanDependents;
  if (orphanWarning && said === undefined) request.warn(orphanWarning);
}

export async function removeCollection(c: RequestContext, registry: Registry, deps: ReadDeps): Promise<ServerResponse> {
  const { resource } = registry;
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  const options = await deleteOptions(c);
  const request = { ...writeRequest(c, 'DeleteOptions'), dryRun: isDryRun(options.dryRun ?? []) };
  warnOfOrphans(registry, request, options);
  const query = listQuery(resource, c.info, c.query);
  checkList(query);
  const page = await pageOf(c, registry, query, deps);
  for (const [i, { namespace, name }] of page.items.entries()) {
    try {
      await registry.delete({ ...request, namespace, name }, options);
    } catch (err) {
      // Somebody else was faster.
      if (!(err instanceof StatusError) || err.code !== 404) throw err;
    }
    if (i % chunk === chunk - 1) await deps.clock.yield();
  }
  return listResponse(c, resource, page, form, deps.clock);
}

export function writtenResponse(
  c: RequestContext,
  { resource }: Registry,
  written: Written,
  form: Negotiated,
): ServerResponse {
  const status = written.created ? 201 : 200;
  const { entry } = written;
  refuseMisfit(form, resource.kind, false);
  if (form.as === 'itself' && entry) return entryResponse(c, entry, form, status);
  const { object } = written;
  if (form.as === 'Table') return rowResponse(c, resource.kind, entry ?? { object, revision: 0 }, form, status);
  return valueResponse(c, form.as === 'itself' ? object : partialMetadata(object, form.version), form, status);
}

/** What every write carries, its options checked. */
export function writeRequest(
  c: RequestContext,
  optionsKind: string,
  problems: readonly FieldError[] = [],
): WriteRequest & { name: string } {
  const { namespace, name } = c.info;
  const dryRuns = c.query.getAll('dryRun');
  // Of a deletion the options are in its body, if it has one, whatever the query says.
  const isRead = c.query.size > 0 && optionsKind !== 'DeleteOptions';
  const errors = isRead ? [...problems, ...optionErrors(c.query, dryRuns)] : problems;
  if (errors.length) throw invalidObject('meta.k8s.io', optionsKind, '', errors);
  return {
    namespace,
    name,
    user: c.user,
    dryRun: isDryRun(dryRuns),
    options: shownOptions(c.query, optionsKind),
    manager: {
      fieldManager: c.query.get('fieldManager') ?? '',
      userAgent: String(c.request.headers['user-agent'] ?? ''),
    },
    warn: c.warn,
    audit: c.audit,
  };
}

/** The options as admission is shown them: a patch is an update by then. */
function shownOptions(query: URLSearchParams, kind: string): JsonObject {
  const told = kind === 'PatchOptions' ? 'UpdateOptions' : kind;
  if (query.size === 0) return noOptions[told] ?? optionsOf(told);
  const dryRun = query.getAll('dryRun');
  const fieldManager = query.get('fieldManager');
  const fieldValidation = query.get('fieldValidation');
  return {
    ...optionsOf(told),
    ...(dryRun.length && { dryRun }),
    ...(fieldManager && { fieldManager }),
    ...(fieldValidation && { fieldValidation }),
  };
}

const optionsOf = (kind: string): JsonObject => ({ kind, apiVersion: 'meta.k8s.io/v1' });

const noOptions: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  ['CreateOptions', 'UpdateOptions', 'DeleteOptions'].map((kind) => [kind, Object.freeze(optionsOf(kind))]),
);

const isDryRun = (dryRuns: readonly string[]): boolean => dryRuns.includes('All');

function* optionErrors(query: URLSearchParams, dryRuns: readonly string[]): Iterable<FieldError> {
  yield* validateManagerName(query.get('fieldManager') ?? '', 'fieldManager');
  if (dryRuns.some((d) => d !== 'All')) yield notSupported('dryRun', dryRuns, ['All']);
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    yield notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']);
  }
}

/** The namespace that objects must be in: the path of a namespace names it as the namespace too. */
export const placeOf = ({ info }: RequestContext, { namespaced }: Resource): string =>
  namespaced ? info.namespace : '';

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
  try {
    let value: unknown = {};
    if (body !== undefined && !(body instanceof Uint8Array)) value = body;
    else if (body?.length) value = optionsFromBody(c, body);
    else value = optionsFromQuery(c.query);
    const options = decode(optionsSchema.shape, value) as JsonObject & DeleteOptions;
    if (body instanceof Uint8Array ? body.length : body) c.audit?.requested(options, internalOptions);
    checkDeleteOptions(options);
    return options;
  } catch (err) {
    if (err instanceof DecodeError) throw badRequest(err.message);
    throw err;
  }
}

/** Upstream's audit log shows options of deletions in the form in which it works on them. */
const internalOptions = { apiVersion: 'meta.k8s.io/__internal', kind: 'DeleteOptions' };

function optionsFromBody(c: RequestContext, body: Uint8Array): unknown {
  const media = mediaTypeOf(c.request);
  const unreadable = (why: string) => badRequest(`couldn't get version/kind; json parse error: ${why}`);
  let value: unknown;
  if (media === protobufMediaType) return decodeMessage(optionsSchema.shape, openEnvelope(body).raw);
  if (media === 'application/yaml') value = yamlOptions(body);
  else {
    if (media !== '' && media !== 'application/json') throw unsupportedMedia();
    try {
      value = readJson(body).value;
    } catch (err) {
      if (err instanceof JsonProblem) throw unreadable(err.message);
      throw err;
    }
  }
  if (isObject(value)) refuseOtherKind(value);
  if (value === null || isObject(value)) return value;
  throw unreadable(`json: cannot unmarshal ${jsonWord(value)} into Go value of type ${headerType}`);
}

/** A body that says what it is must be options of a deletion, of whatever version: each version has them. */
function refuseOtherKind({ kind, apiVersion }: JsonObject): void {
  if (typeof kind !== 'string' || kind === '' || kind === 'DeleteOptions') return;
  const version = typeof apiVersion === 'string' && apiVersion !== '' ? apiVersion : 'meta.k8s.io/v1';
  throw badRequest(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

function yamlOptions(body: Uint8Array): unknown {
  try {
    return readYaml(body).value;
  } catch (err) {
    if (err instanceof YamlProblem) throw badRequest(err.message);
    throw err;
  }
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
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  const grace = integer(query, 'gracePeriodSeconds');
  const uid = query.get('uid');
  // What says from when a collection is to be listed is taken for a precondition of every deletion, as upstream takes it.
  const resourceVersion = query.get('resourceVersion');
  return {
    ...((uid || resourceVersion) && {
      preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    }),
    ...(grace !== undefined && { gracePeriodSeconds: grace }),
    ...(policy !== null && { propagationPolicy: policy }),
    ...(orphan !== null && { orphanDependents: isTrue(orphan) }),
    ...(query.has('dryRun') && { dryRun: query.getAll('dryRun') }),
  };
}
