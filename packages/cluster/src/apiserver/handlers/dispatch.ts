import { methodNotAllowed, StatusError } from '@tiphys/sdk/machinery';
import type { Handler, RequestContext, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Registries } from '../registry/registries.ts';
import { get, list, type ReadDeps } from './read.ts';
import { patch } from './patch.ts';
import { watch } from './watch.ts';
import { create, remove, removeCollection, update } from './write.ts';

/** A subresource that isn't simply a part of its object: `binding`, `scale`, `eviction`, `log`, `token`. */
export interface SubresourceHandler {
  readonly resource: string;
  readonly group: string;
  readonly subresource: string;
  readonly verbs: readonly string[];
  handle(c: RequestContext, registry: Registry): Promise<ServerResponse>;
}

/** Answers requests that aren't for stored objects: discovery, health, reviews. Undefined: not mine. */
export type Endpoint = (c: RequestContext) => Promise<ServerResponse> | undefined;

export interface DispatchDeps extends ReadDeps {
  readonly registries: Registries;
  readonly random: { next(): number };
  readonly subresources: readonly SubresourceHandler[];
  readonly endpoints: readonly Endpoint[];
}

/** The last of the chain: finds who answers a request that has been let through. */
export function dispatcher(deps: DispatchDeps): Handler {
  return async (c) => {
    const { info } = c;
    if (info.isResource) {
      const registry = deps.registries.find(info.group, info.version, info.resource);
      if (registry) return onResource(c, registry, deps);
    }
    for (const endpoint of deps.endpoints) {
      const answer = endpoint(c);
      if (answer) return answer;
    }
    throw noSuchPath();
  };
}

export const noSuchPath = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

async function onResource(c: RequestContext, registry: Registry, deps: DispatchDeps): Promise<ServerResponse> {
  const { info } = c;
  const { kind, namespaced } = registry.resource;
  if (info.subresource) return onSubresource(c, registry, deps);
  const inNamespace = namespaced && info.namespace !== '';
  const needsNamespace = namespaced && !inNamespace && (info.name !== '' || info.verb === 'create');
  if (needsNamespace || (!namespaced && info.namespace !== '' && info.resource !== 'namespaces')) throw noSuchPath();
  if (info.verb === 'watch' || info.verb === 'list')
    return info.verb === 'list' ? list(c, registry, deps) : watch(c, registry, deps);
  if (!kind.verbs.includes(info.verb)) throw methodNotAllowed(registry.resource, info.verb);
  switch (info.verb) {
    case 'get':
      return get(c, registry, deps);
    case 'create':
      if (info.name) throw notOnThis();
      return create(c, registry);
    case 'update':
      if (!info.name) throw notOnThis();
      return update(c, registry);
    case 'patch':
      if (!info.name) throw notOnThis();
      return patch(c, registry);
    case 'delete':
      return remove(c, registry);
    case 'deletecollection':
      return removeCollection(c, registry, deps.clock);
    default:
      throw notOnThis();
  }
}

async function onSubresource(c: RequestContext, registry: Registry, deps: DispatchDeps): Promise<ServerResponse> {
  const { info } = c;
  const { kind } = registry.resource;
  const own = deps.subresources.find(
    (s) => s.group === info.group && s.resource === info.resource && s.subresource === info.subresource,
  );
  if (own) {
    if (!own.verbs.includes(info.verb)) throw notOnThis();
    return own.handle(c, registry);
  }
  const isPart = (info.subresource === 'status' && kind.status) || kind.parts?.[info.subresource];
  if (!isPart) throw noSuchPath();
  switch (info.verb) {
    case 'get':
      return get(c, registry, deps);
    case 'update':
      return update(c, registry);
    case 'patch':
      return patch(c, registry);
    default:
      throw notOnThis();
  }
}

const notOnThis = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
