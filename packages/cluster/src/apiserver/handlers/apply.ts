import {
  badRequest,
  conflict,
  isObject,
  type JsonObject,
  type KubeObject,
  required,
  timestamp,
} from '@tiphys/sdk/machinery';
import { type AnyKind, applyManaged, resetFieldsOf } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import { decodeObject, fieldValidationOf, report } from './body.ts';
import { negotiate } from './negotiate.ts';
import { isTrue } from './list-options.ts';
import { checkPlace, writeRequest, writtenResponse } from './write.ts';
import { readYaml, YamlProblem } from './yaml-text.ts';

/** Server-side apply: the body is what its manager wants of the object, which is made when it isn't there. */
export async function apply(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const { resource } = registry;
  const { kind } = resource;
  const form = negotiate(c.request, c.query, 'object');
  const manager = c.query.get('fieldManager') ?? '';
  const problems = manager ? [] : [required('fieldManager', 'is required for apply patch')];
  // Whose the fields are is settled by applying; nothing is left to track.
  const { manager: _, ...request } = writeRequest(c, 'PatchOptions', problems);
  const applied = await configuration(c, kind);
  const { apiVersion, kind: said } = applied;
  if (said !== kind.kind || apiVersion !== kind.apiVersion) {
    throw badRequest(`invalid object type: ${groupVersionKind(String(apiVersion ?? ''), String(said ?? ''))}`);
  }
  const written = await registry.update({
    ...request,
    ...(c.info.subresource && { subresource: c.info.subresource }),
    retry: true,
    mayCreate: !c.info.subresource,
    next: (current) => {
      if (!current) {
        c.requireVerb?.('create');
        refuseForeign(applied, registry, c.info.name);
      }
      const { object } = applyManaged({
        shape: kind.schema.shape,
        kind: kind.kind,
        apiVersion: kind.apiVersion,
        live: current,
        applied,
        manager,
        subresource: c.info.subresource,
        force: isTrue(c.query.get('force')),
        now: timestamp(c.now),
        ignore: resetFieldsOf(kind, c.info.subresource),
      });
      const decoded = decodeObject(c, kind, object, current ? 'Ignore' : fieldValidationOf(c.query));
      checkPlace(decoded.metadata, c.info.namespace, c.info.name, true);
      return decoded;
    },
  });
  return writtenResponse(c, registry, written, form);
}

/** An applier that means one certain object doesn't want another made. */
function refuseForeign({ metadata }: JsonObject, { resource }: Registry, name: string): void {
  const uid = isObject(metadata) ? metadata['uid'] : undefined;
  if (typeof uid !== 'string' || !uid) return;
  throw conflict(
    resource,
    name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  );
}

async function configuration(c: RequestContext, kind: AnyKind): Promise<JsonObject> {
  const body = await c.request.body();
  if (body !== undefined && !(body instanceof Uint8Array)) return body as KubeObject & JsonObject;
  try {
    const { value, duplicates } = readYaml(Buffer.from(body ?? []).toString());
    report(c, kind, fieldValidationOf(c.query), [], { yaml: duplicates });
    return isObject(value) ? value : {};
  } catch (err) {
    if (!(err instanceof YamlProblem)) throw err;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${err.message}`);
  }
}

function groupVersionKind(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return `${group}/${version}, Kind=${kind}`;
}
