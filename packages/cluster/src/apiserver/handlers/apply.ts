import {
  badRequest,
  conflict,
  type FieldError,
  isObject,
  type JsonObject,
  type KubeObject,
  required,
  timestamp,
} from '@tiphys/sdk/machinery';
import { type AnyKind, applyManaged, decode, resetFieldsOf } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import { versionsOf } from '../registry/kind-versions.ts';
import type { Registry } from '../registry/registry.ts';
import { decodeObject, fieldValidationOf, jsonWord, report } from './body.ts';
import { negotiate } from './negotiate.ts';
import { isTrue } from './list-options.ts';
import { checkPlace, writeRequest, writtenResponse } from './write.ts';
import { readYaml, YamlProblem } from './yaml-text.ts';

/** Server-side apply: the body is what its manager wants of the object, which is made when it isn't there. */
export async function apply(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const { resource } = registry;
  const { kind } = resource;
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  // Whose the fields are is settled by applying; nothing is left to track.
  const { manager: _, ...request } = writeRequest(c, 'PatchOptions', applyProblems(c));
  const applied = await configuration(c, kind);
  const written = await registry.update({
    ...request,
    ...(c.info.subresource && { subresource: c.info.subresource }),
    mayCreate: !c.info.subresource,
    next: (current) => {
      if (!current) {
        c.requireVerb?.('create');
        refuseForeign(applied, registry, c.info.name);
      }
      return appliedTo(c, { kind, live: current, applied, ignore: resetFieldsOf(kind, c.info.subresource) });
    },
  });
  return writtenResponse(c, registry, written, form);
}

/** What is wrong with the options of a request to apply. */
export const applyProblems = ({ query }: RequestContext): FieldError[] =>
  query.get('fieldManager') ? [] : [required('fieldManager', 'is required for apply patch')];

interface Applying {
  readonly kind: AnyKind;
  readonly live: KubeObject | undefined;
  readonly applied: JsonObject;
  readonly ignore: ReturnType<typeof resetFieldsOf>;
}

/** What applying a configuration makes of an object of the kind, its managed fields included. */
export function appliedTo(c: RequestContext, { kind, live, applied, ignore }: Applying): KubeObject {
  const { object } = applyManaged({
    shape: kind.schema.shape,
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    live,
    applied,
    manager: c.query.get('fieldManager') ?? '',
    subresource: c.info.subresource,
    force: isTrue(c.query.get('force')),
    now: timestamp(c.now),
    ignore,
    versions: versionsOf(kind),
  });
  const decoded = kind.unstructured
    ? (decode(kind.schema.shape, object, { keepNulls: true }) as KubeObject)
    : decodeObject(c, kind, object, live ? 'Ignore' : fieldValidationOf(c.query));
  checkPlace(decoded.metadata, c.info.namespace, c.info.name, true);
  return decoded;
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

/** The configuration that a request is to apply, which must say that it is of the kind. */
export async function configuration(c: RequestContext, kind: AnyKind): Promise<JsonObject> {
  const applied = await readConfiguration(c, kind);
  const { apiVersion, kind: said } = applied;
  if (said === kind.kind && apiVersion === kind.apiVersion) return applied;
  throw badRequest(`invalid object type: ${groupVersionKind(apiVersion, said)}`);
}

async function readConfiguration(c: RequestContext, kind: AnyKind): Promise<JsonObject> {
  const body = await c.request.body();
  if (body !== undefined && !(body instanceof Uint8Array)) return body as KubeObject & JsonObject;
  try {
    const { value, duplicates } = readYaml(body ?? new Uint8Array());
    if (value !== null && !isObject(value)) throw badRequest(`error decoding YAML: ${notAMap(value)}`);
    report(c, kind, fieldValidationOf(c.query), [], { yaml: duplicates });
    return value ?? {};
  } catch (err) {
    if (!(err instanceof YamlProblem)) throw err;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${err.message}`);
  }
}

const notAMap = (value: unknown): string =>
  `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonWord(value)} into Go value of type map[string]interface {}`;

/** What is no text counts as nothing; a version that can't be one makes nothing of the kind either. */
function groupVersionKind(apiVersion: unknown, kind: unknown): string {
  const parts = (typeof apiVersion === 'string' ? apiVersion : '').split('/');
  if (parts.length > 2) return '/, Kind=';
  const [group, version] = parts.length === 2 ? parts : ['', parts[0]];
  return `${group}/${version}, Kind=${typeof kind === 'string' ? kind : ''}`;
}
