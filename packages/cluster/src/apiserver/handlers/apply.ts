import {
  badRequest,
  conflict,
  type FieldError,
  isObject,
  type JsonObject,
  type KubeObject,
  required,
  StatusError,
  timestamp,
} from '@tiphys/sdk/machinery';
import { type AnyKind, applyManaged, decode, resetFieldsOf, type Versions } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import { converting, unfitness } from '../registry/converting.ts';
import { versionsOf } from '../registry/kind-versions.ts';
import type { Registry } from '../registry/registry.ts';
import { decodeObject } from './body.ts';
import { fieldValidationOf } from './field-validation.ts';
import { jsonWord } from './json-text.ts';
import { negotiate } from './negotiate.ts';
import { isTrue } from './list-options.ts';
import { checkPlace, writeRequest, writtenResponse } from './write.ts';
import { readYaml, YamlProblem } from '../yaml/index.ts';

/** Server-side apply: the body is what its manager wants of the object, which is made when it isn't there. */
export async function apply(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const { resource } = registry;
  const { kind } = resource;
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  // Whose the fields are is settled by applying; nothing is left to track.
  const { manager: _, ...request } = writeRequest(c, 'PatchOptions', applyProblems(c));
  const configuration = await configurationOf(c, kind);
  const written = await registry.update({
    ...request,
    ...(c.info.subresource && { subresource: c.info.subresource }),
    mayCreate: !c.info.subresource || (kind.createOnUpdate ?? false),
    next: (current) => {
      const applied = (): KubeObject | Promise<KubeObject> => {
        const applying = { kind, live: current, ...configuration(), ignore: resetFieldsOf(kind, c.info.subresource) };
        const { converter } = kind;
        if (!converter) return appliedTo(c, applying);
        if (current) refuseUnfit(kind, current);
        return converting(kind, converter, (versions) => appliedTo(c, { ...applying, versions }));
      };
      if (current) return applied();
      const made = () => {
        refuseForeign(configuration().applied, registry, c.info.name);
        return applied();
      };
      const waits = c.requireVerb?.('create');
      return waits ? waits.then(made) : made();
    },
  });
  return writtenResponse(c, registry, written, form);
}

/** What is wrong with the options of a request to apply. */
export const applyProblems = ({ query }: RequestContext): FieldError[] =>
  query.get('fieldManager') ? [] : [required('fieldManager', 'is required for apply patch')];

/** What a request is to apply. */
interface Configuration {
  readonly applied: JsonObject;
  /** Keys that stand twice in it. */
  readonly duplicates: readonly string[];
}

interface Applying extends Configuration {
  readonly kind: AnyKind;
  readonly live: KubeObject | undefined;
  readonly ignore: ReturnType<typeof resetFieldsOf>;
  /** As the kind has them, unless given. */
  readonly versions?: Versions;
}

/** What applying a configuration makes of an object of the kind, its managed fields included. */
export function appliedTo(
  c: RequestContext,
  { kind, live, applied, duplicates, ignore, versions = versionsOf(kind) }: Applying,
): KubeObject {
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
    versions,
  });
  const decoded = kind.unstructured
    ? (decode(kind.schema.shape, object, { keepNulls: true }) as KubeObject)
    : decodeObject(c, kind, object, live ? 'Ignore' : fieldValidationOf(c.query));
  tellDuplicates(c, duplicates);
  checkPlace(decoded.metadata, c.info.namespace, c.info.name, true);
  return decoded;
}

/** Whoever converts may have made something of it that nothing can be laid over. */
function refuseUnfit(kind: AnyKind, live: KubeObject): void {
  const { apiVersion, metadata } = live;
  const why = unfitness(kind, live);
  if (why === undefined) return;
  const object = `(${metadata.namespace ?? ''}/${metadata.name}; ${apiVersion}, Kind=${kind.kind})`;
  throw new StatusError(500, '', `failed to create typed live object ${object}: ${why}`);
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

/** That something stands twice matters when all the rest is well. */
function tellDuplicates(c: RequestContext, duplicates: readonly string[]): void {
  if (!duplicates.length) return;
  switch (fieldValidationOf(c.query)) {
    case 'Warn':
      return duplicates.forEach((text) => c.warn(text));
    case 'Strict': {
      const all = duplicates.map((text) => `\n  ${text}`).join('');
      throw badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${all}`);
    }
    default:
  }
}

/**
 * The configuration that a request is to apply, which must say that it is of the kind. It is looked at when it is known what it
 * is to be applied to: where that can't be, that is what is told.
 */
export async function configurationOf(c: RequestContext, kind: AnyKind): Promise<() => Configuration> {
  const body = await c.request.body();
  c.audit?.patched(body);
  let read: Configuration | undefined;
  return () => (read ??= checkType(readConfiguration(body), kind));
}

function checkType(configuration: Configuration, kind: AnyKind): Configuration {
  const { apiVersion, kind: said } = configuration.applied;
  if (said === kind.kind && apiVersion === kind.apiVersion) return configuration;
  throw badRequest(`invalid object type: ${groupVersionKind(apiVersion, said)}`);
}

function readConfiguration(body: Awaited<ReturnType<RequestContext['request']['body']>>): Configuration {
  if (body !== undefined && !(body instanceof Uint8Array))
    return { applied: body as KubeObject & JsonObject, duplicates: [] };
  try {
    const { value, duplicates } = readYaml(body ?? new Uint8Array());
    if (value !== null && !isObject(value)) throw badRequest(`error decoding YAML: ${notAMap(value)}`);
    return { applied: value ?? {}, duplicates };
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
