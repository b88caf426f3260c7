import { badRequest, notFound, pathSegmentProblems, StatusError } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { CustomResources } from '../crd/custom-resources.ts';
import type { Handler, RequestContext, RequestInfo, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Registries } from '../registry/registries.ts';
import type { Resource } from '../registry/resource.ts';
import { get, list, type ReadDeps } from './read.ts';
import { patch } from './patch.ts';
import { textResponse } from './respond.ts';
import { watch } from './watch.ts';
import { create, remove, removeCollection, update } from './write.ts';

/** A subresource that isn't simply a part of its object: `binding`, `scale`, `eviction`, `log`, `token`. */
export interface SubresourceHandler {
  /** Of one resource, or of all whose kinds have it. */
  readonly of: { readonly group: string; readonly resource: string } | ((kind: AnyKind) => boolean);
  readonly subresource: string;
  readonly verbs: readonly string[];
  handle(c: RequestContext, registry: Registry): Promise<ServerResponse>;
}

/** Answers requests that aren't for stored objects: discovery, health, reviews. Undefined: not mine. */
export type Endpoint = (c: RequestContext) => Promise<ServerResponse> | undefined;

export interface DispatchDeps extends ReadDeps {
  readonly registries: Registries;
  /** What others serve. It comes before what is defined in the same version. */
  readonly elsewhere?: Endpoint;
  /** Resources that others have defined. */
  readonly custom?: CustomResources;
  readonly random: { next(): number };
  readonly subresources: readonly SubresourceHandler[];
  readonly endpoints: readonly Endpoint[];
  /** Watches without a limit of their own end after this long to twice as long. */
  readonly minWatchSeconds: number;
  /** Names of the groups that are served. */
  readonly groups: ReadonlySet<string>;
}

/** The last of the chain: finds who answers a request that has been let through. */
export function dispatcher(deps: DispatchDeps): Handler {
  return (c) => {
    const { group, version, resource, isResource, path } = c.info;
    // Nobody is there, whatever the path means to those who let it through.
    if (path.startsWith('//')) return Promise.resolve(nowhere());
    const registry = isResource ? deps.registries.find(group, version, resource) : undefined;
    if (registry && isAt(registry.resource, c.info)) return onResource(c, registry, deps);
    return elsewhere(c, deps);
  };
}

/** Answers for what others serve, for a resource that they have defined, or for none. */
async function elsewhere(c: RequestContext, deps: DispatchDeps): Promise<ServerResponse> {
  const forwarded = deps.elsewhere?.(c);
  if (forwarded) {
    // What it takes is for them to say.
    c.initialized?.();
    return forwarded;
  }
  const { group, version, resource, isResource, path } = c.info;
  const registry = isResource ? await deps.custom?.registry(group, version, resource) : undefined;
  if (registry && isAt(registry.resource, c.info)) return onResource(c, registry, deps);
  for (const endpoint of deps.endpoints) {
    const answer = endpoint(c);
    if (answer) return answer;
  }
  if (isUnderGroup(path, deps.groups)) throw noSuchPath();
  return nowhere();
}

const nowhere = (): ServerResponse => textResponse(404, '404 page not found\n');

/** A defined resource is nowhere but where it belongs: elsewhere nobody answers. */
const isAt = ({ kind, namespaced }: Resource, { namespace, verb }: RequestInfo): boolean => {
  if (!kind.unstructured) return true;
  return namespaced ? namespace !== '' || onAllNamespaces.includes(verb) : namespace === '';
};

/** Below a group that is served, even of a version that isn't, a path that leads nowhere is refused in the API's own way. */
const isUnderGroup = (path: string, groups: ReadonlySet<string>): boolean => {
  const [, prefix, group = ''] = path.split('/');
  return prefix === 'api' || (prefix === 'apis' && group !== '' && groups.has(group));
};

export const noSuchPath = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

/** The verb that stood in paths once and leads nowhere now. */
const goneVerb = 'proxy';

function onResource(c: RequestContext, registry: Registry, deps: DispatchDeps): Promise<ServerResponse> {
  const { info } = c;
  if (info.verb === goneVerb) throw noSuchPath();
  if (info.subresource) return onSubresource(c, registry, deps);
  const here = verbsAt(registry.resource, info);
  const { verbs } = registry.resource.kind;
  if (!here.includes(info.verb) || !verbs.includes(info.verb) || !isAskedBy(c, registry.resource)) {
    throw here.some((v) => verbs.includes(v)) ? notHere(registry.resource, info) : noSuchPath();
  }
  refuseBadName(info);
  warnOfDeprecation(c, registry.resource);
  switch (info.verb) {
    case 'list':
      return list(c, registry, deps);
    case 'watch':
      return watch(c, registry, deps);
    case 'get':
      return get(c, registry);
    case 'create':
      return create(c, registry);
    case 'update':
      return update(c, registry);
    case 'patch':
      return patch(c, registry);
    case 'delete':
      return remove(c, registry);
    default:
      return removeCollection(c, registry, deps);
  }
}

/** The one method by which each verb is asked for. */
const methods: Readonly<Record<string, string>> = {
  list: 'GET',
  watch: 'GET',
  get: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** No router of upstream's stands before defined resources, to tell HEAD from GET. */
const isAskedBy = ({ info, request: { method } }: RequestContext, { kind }: Resource): boolean =>
  method === methods[info.verb] || (method === 'HEAD' && kind.unstructured === true);

const onCollection = ['list', 'watch', 'create', 'deletecollection'];
const onAllNamespaces = ['list', 'watch'];
const onObject = ['get', 'update', 'patch', 'delete'];

const onWatched = ['watch'];
const nowhereAtAll: readonly string[] = [];

/** What could be done at a path, if the kind has it; nothing where the API has no such path. */
function verbsAt({ kind, namespaced, resource }: Resource, { namespace, parts, verb }: RequestInfo): readonly string[] {
  if (parts.length > 2 || (!namespaced && namespace !== '' && resource !== 'namespaces')) return nowhereAtAll;
  const isNamed = parts.length === 2;
  if (isNamed && namespaced && !namespace) return nowhereAtAll;
  // The old way of watching one object has its own path.
  if (isNamed && verb === 'watch') return onWatched;
  // Whoever creates a defined resource says its name in the body, whatever the path says.
  if (isNamed && kind.unstructured && verb === 'create') return kind.verbs;
  return isNamed ? onObject : namespaced && !namespace ? onAllNamespaces : onCollection;
}

function refuseBadName({ name }: RequestInfo): void {
  const [problem] = name ? pathSegmentProblems(name) : [];
  if (problem) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${problem}`);
}

function warnOfDeprecation(c: RequestContext, { kind }: Resource): void {
  if (!kind.deprecated) return;
  c.warn(kind.deprecated);
  c.audit?.annotateEnd('k8s.io/deprecated', 'true');
}

function onSubresource(c: RequestContext, registry: Registry, deps: DispatchDeps): Promise<ServerResponse> {
  const { info } = c;
  const { kind } = registry.resource;
  const own = deps.subresources.find(({ of, subresource }) => {
    if (subresource !== info.subresource) return false;
    return typeof of === 'function' ? of(kind) : of.group === info.group && of.resource === info.resource;
  });
  if (own) {
    if (!own.verbs.includes(info.verb)) throw notHere(registry.resource, info);
    return own.handle(c, registry);
  }
  const isPart = (info.subresource === 'status' && kind.status) || kind.parts?.[info.subresource];
  if (!isPart && kind.unstructured) throw notFound(registry.resource, info.name);
  if (!isPart || info.parts.length > 3) throw noSuchPath();
  if (!isAskedBy(c, registry.resource)) throw notHere(registry.resource, info);
  warnOfDeprecation(c, registry.resource);
  switch (info.verb) {
    case 'get':
      return get(c, registry);
    case 'update':
      return update(c, registry);
    case 'patch':
      return patch(c, registry);
    default:
      throw notHere(registry.resource, info);
  }
}

/** Of defined resources the refusal says what isn't supported. */
function notHere({ kind, group, resource }: Resource, { verb }: RequestInfo): StatusError {
  if (!kind.unstructured) return notOnThis();
  const message = `${verb} is not supported on resources of kind "${resource}.${group}"`;
  return new StatusError(405, 'MethodNotAllowed', message, { group, kind: resource });
}

/** The path is there, and not for this method. */
export const notOnThis = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
