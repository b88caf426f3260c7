import {
  badRequest,
  forbiddenAt,
  invalid,
  invalidObject,
  isObject,
  jsonPatch,
  type JsonObject,
  type KubeObject,
  mergePatch,
  printValue,
  readJsonPatch,
  sorted,
  StatusError,
  strategicMergePatch,
} from '@tiphys/sdk/machinery';
import { type AnyKind, DecodeError, restoreProblem } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import { decodedAs, fieldValidationOf, JsonProblem, mediaTypeOf, readJson, report, strictProblems } from './body.ts';
import { apply } from './apply.ts';
import { negotiate } from './negotiate.ts';
import { checkPlace, writeRequest, writtenResponse } from './write.ts';

/** A patch that has been read: what it makes of an object, and what was odd about it. */
interface ReadPatch {
  apply(current: JsonObject): unknown;
  /** Keys that stand twice. */
  readonly duplicates: readonly string[];
  /** How the patch is told when what it makes is of no use; the result itself is told where this is absent. */
  readonly told?: (() => string) | undefined;
}

export async function patch(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const { kind } = registry.resource;
  const media = mediaTypeOf(c.request);
  if (media === 'application/apply-patch+yaml') return apply(c, registry);
  if (!readers[media]) throw unknownPatch();
  const form = negotiate(c.request, c.query, 'object');
  const problems = c.query.has('force') ? [forbiddenAt('force', 'may not be specified for non-apply patch')] : [];
  const request = writeRequest(c, 'PatchOptions', problems);
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
  const media = mediaTypeOf(c.request);
  const reader = readers[media];
  if (!reader) throw unknownPatch();
  const body = await c.request.body();
  let read: ReadPatch | undefined;
  return {
    // What isn't there isn't patched, however the patch is written: it is looked at when there is something to apply it to.
    apply: (current) => (read ??= reader(body, kind)).apply(current),
    get duplicates() {
      return read?.duplicates ?? [];
    },
    get told() {
      return read?.told;
    },
  };
}

const unknownPatch = (): StatusError => new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});

/** What a request carries: bytes, or within the process the patch itself. */
type PatchBody = Awaited<ReturnType<RequestContext['request']['body']>>;

const readers: Readonly<Record<string, (body: PatchBody, kind: AnyKind) => ReadPatch>> = {
  'application/json-patch+json': (body) => {
    const { value } = parsed(body, 'error decoding patch: ');
    const text = body instanceof Uint8Array ? Buffer.from(body).toString() : JSON.stringify(value);
    const { operations, strict } = readJsonPatch(text, value);
    return { duplicates: strict, apply: (current) => jsonPatch(current, operations) };
  },
  'application/merge-patch+json': (body) => {
    const { value, duplicates } = patchObject(body, 'error decoding patch: ');
    if (!value) throw badRequest('Invalid JSON Patch');
    return { duplicates, apply: (current) => mergePatch(current, value) };
  },
  'application/strategic-merge-patch+json': (body, kind) => {
    const { value, duplicates } = patchObject(body, '');
    const { shape } = kind.schema;
    return {
      duplicates,
      told: () => printValue(value ?? {}),
      apply: (current) => {
        const result = strategicMergePatch(shape, current, value ?? {});
        const problem = restoreProblem(shape, result, current);
        if (problem !== undefined) throw unfit(printValue(value), problem);
        return result;
      },
    };
  },
};

function parsed(body: PatchBody, prefix: string): ReturnType<typeof readJson> {
  try {
    if (body === undefined || body instanceof Uint8Array) return readJson(body ?? Buffer.alloc(0));
    // As it would have come over a wire: a copy, without members that are undefined.
    return { value: JSON.parse(JSON.stringify(body)), duplicates: [] };
  } catch (err) {
    if (err instanceof JsonProblem) throw badRequest(`${prefix}${err.message}`);
    throw err;
  }
}

/** A patch that is an object, or null, which upstream's two ways of merging take differently. */
function patchObject(body: PatchBody, prefix: string): { value: JsonObject | null; duplicates: string[] } {
  const { value, duplicates } = parsed(body, prefix);
  if (value === null || isObject(value)) return { value, duplicates };
  const word = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw badRequest(`${prefix}json: cannot unmarshal ${word} into Go value of type map[string]interface {}`);
}

function patchedObject(c: RequestContext, kind: AnyKind, read: ReadPatch, current: KubeObject): KubeObject {
  const value = read.apply(current as unknown as JsonObject);
  const told = () => read.told?.() ?? JSON.stringify(sorted(value));
  if (!isObject(value)) {
    throw unfit(told(), `json: cannot unmarshal ${typeof value} into Go value of type map[string]interface {}`);
  }
  const { apiVersion, kind: said } = value;
  // What was merged by the kind's own structure is of the kind, whatever it says.
  const isOfKind = read.told !== undefined;
  if (!isOfKind && ((said && said !== kind.kind) || (apiVersion && apiVersion !== kind.apiVersion))) {
    throw unfit(
      told(),
      `no kind ${JSON.stringify(said ?? '')} is registered for version ${JSON.stringify(apiVersion ?? '')}`,
    );
  }
  const validation = fieldValidationOf(c.query);
  const unknown: string[] = [];
  let object: KubeObject;
  try {
    object = decodedAs(kind, value, validation, unknown);
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    throw unfit(told(), err.message);
  }
  const strict = validation === 'Strict' && strictProblems(unknown, { json: read.duplicates });
  if (strict) throw unfit(told(), strict);
  report(c, kind, validation, unknown, { json: read.duplicates });
  return object;
}

/** What a patch makes can't be read as the kind. */
const unfit = (told: string, why: string): StatusError => invalidObject('', '', '', [invalid('patch', told, why)]);
