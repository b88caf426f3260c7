import {
  badRequest,
  forbiddenAt,
  findDuplicateKeys,
  invalid,
  invalidObject,
  isObject,
  jsonPatch,
  type JsonObject,
  type KubeObject,
  mergePatch,
  readJsonPatch,
  StatusError,
  strategicMergePatch,
  syntaxProblem,
} from '@tiphys/sdk/machinery';
import { type AnyKind, decode, DecodeError } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import { fieldValidationOf, mediaTypeOf, report } from './body.ts';
import { apply } from './apply.ts';
import { negotiate } from './negotiate.ts';
import { checkPlace, writeRequest, writtenResponse } from './write.ts';

/** A patch that has been read: what it makes of an object, and what was odd about it. */
interface ReadPatch {
  apply(current: JsonObject): unknown;
  readonly strict: readonly string[];
}

const types =
  'application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml';

export async function patch(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const { kind } = registry.resource;
  const form = negotiate(c.request, c.query, 'object');
  const request = writeRequest(c, 'PatchOptions');
  if (mediaTypeOf(c.request) === 'application/apply-patch+yaml') return apply(c, registry);
  if (c.query.has('force'))
    throw invalidObject('meta.k8s.io', 'PatchOptions', '', [
      forbiddenAt('force', 'may not be specified for non-apply patch'),
    ]);
  const read = await readPatch(c, kind);
  const written = await registry.update({
    ...request,
    ...(c.info.subresource && { subresource: c.info.subresource }),
    // A patch says what to change, whatever else has changed meanwhile.
    retry: true,
    next: (current) => {
      const patched = patchedObject(c, kind, read, current!);
      checkPlace(patched.metadata, c.info.namespace, c.info.name, true);
      return patched;
    },
  });
  return writtenResponse(c, registry, written, form);
}

/** The patch of a request as what it makes of an object of the kind. */
export async function patchedBy(c: RequestContext, kind: AnyKind): Promise<(current: KubeObject) => KubeObject> {
  const read = await readPatch(c, kind);
  return (current) => patchedObject(c, kind, read, current);
}

async function readPatch(c: RequestContext, kind: AnyKind): Promise<ReadPatch> {
  const body = await c.request.body();
  const media = mediaTypeOf(c.request);
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body ?? null));
  switch (media) {
    case 'application/json-patch+json': {
      const { operations, strict } = readJsonPatch(
        Buffer.from(bytes).toString(),
        parsed(bytes, 'error decoding patch: '),
      );
      return { strict, apply: (current) => jsonPatch(current, operations) };
    }
    case 'application/merge-patch+json': {
      const value = patchObject(bytes, 'error decoding patch: ');
      return { strict: duplicates(bytes, value), apply: (current) => mergePatch(current, value) };
    }
    case 'application/strategic-merge-patch+json': {
      const value = patchObject(bytes, '');
      return {
        strict: duplicates(bytes, value),
        apply: (current) => strategicMergePatch(kind.schema.shape, current, value),
      };
    }
    default:
      throw new StatusError(
        415,
        'UnsupportedMediaType',
        media === ''
          ? `the body of the request was in an unknown format - accepted media types include: ${types}`
          : '415: Unsupported Media Type',
      );
  }
}

function parsed(bytes: Uint8Array, prefix: string): unknown {
  const problem = bytes.length ? syntaxProblem(bytes) : 'unexpected end of JSON input';
  if (problem) throw badRequest(`${prefix}${problem}`);
  return JSON.parse(Buffer.from(bytes).toString());
}

function patchObject(bytes: Uint8Array, prefix: string): JsonObject {
  const value = parsed(bytes, prefix);
  if (value === null) return {};
  if (isObject(value)) return value;
  const word = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw badRequest(`${prefix}json: cannot unmarshal ${word} into Go value of type map[string]interface {}`);
}

const duplicates = (bytes: Uint8Array, value: unknown): string[] =>
  findDuplicateKeys(Buffer.from(bytes).toString(), value).map((path) => `duplicate field ${JSON.stringify(path)}`);

function patchedObject(c: RequestContext, kind: AnyKind, read: ReadPatch, current: KubeObject): KubeObject {
  const value = read.apply(current as unknown as JsonObject);
  if (!isObject(value))
    throw unprocessable(value, `json: cannot unmarshal ${typeof value} into Go value of type map[string]interface {}`);
  const { apiVersion, kind: said } = value;
  if (said !== kind.kind || apiVersion !== kind.apiVersion)
    throw unprocessable(
      value,
      `no kind ${JSON.stringify(said ?? '')} is registered for version ${JSON.stringify(apiVersion ?? '')}`,
    );
  const found = [...read.strict];
  const validation = fieldValidationOf(c.query);
  let object: KubeObject;
  try {
    const onUnknown = (path: string) => {
      if (path !== 'apiVersion' && path !== 'kind') found.push(`unknown field ${JSON.stringify(path)}`);
    };
    object = decode(kind.schema.shape, value, validation === 'Ignore' ? {} : { onUnknown }) as KubeObject;
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    throw unprocessable(value, err.message);
  }
  report(c, kind, validation, found);
  kind.default?.(object);
  return object;
}

/** What a patch makes can't be read as the kind. */
const unprocessable = (value: unknown, why: string): StatusError =>
  invalidObject('', '', '', [invalid('patch', JSON.stringify(value), why)]);
