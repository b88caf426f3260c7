import {
  badRequest,
  type FieldError,
  forbiddenAt,
  goJson,
  invalid,
  invalidObject,
  isObject,
  jsonPatch,
  type JsonObject,
  type KubeObject,
  mergePatch,
  own,
  pointerSteps,
  printValue,
  put,
  readJsonPatch,
  StatusError,
  strategicMergePatch,
  touchedInOrder,
  wireCopy,
  type WholeFloat,
} from '@tiphys/sdk/machinery';
import { objectMeta } from '@tiphys/sdk/api';
import { type AnyKind, DecodeError, restoreProblem, setFields, wholeFloatProblem } from '@tiphys/sdk/schema';
import { isComplete } from '../cache/entry.ts';
import type { RequestContext, ServerRequest, ServerResponse } from '../context.ts';
import { declaredKinds } from '../kinds.ts';
import type { Registry } from '../registry/registry.ts';
import { decodedAs, unknownToVersion } from './body.ts';
import { fieldValidationOf, report, strictProblems } from './field-validation.ts';
import { JsonProblem, jsonWord, readJson } from './json-text.ts';
import { kindMissing, mismatch, refuseOtherType } from './said-type.ts';
import { apply } from './apply.ts';
import { negotiate } from './negotiate.ts';
import { checkPlace, writeRequest, writtenResponse } from './write.ts';

/** A patch that has been read: what it makes of an object, and what was odd about it. */
interface ReadPatch {
  apply(current: JsonObject): unknown;
  /** Keys that stand twice. */
  readonly duplicates: readonly string[];
  /** Whole numbers in it that are written as if they weren't, by where they come to stand. */
  readonly floats: readonly WholeFloat[];
  /** What was merged by the kind's own structure is of the kind, whatever it says. */
  readonly isOfKind: boolean;
  /** What is quoted when the result is of no use. */
  told(result: unknown): string;
}

export async function patch(c: RequestContext, registry: Registry): Promise<ServerResponse> {
  const { kind } = registry.resource;
  const media = patchTypeOf(c.request);
  if (media === applyMedia) return apply(c, registry);
  refuseUnknownPatch(media, kind);
  const form = negotiate(c.request, c.query, 'object', registry.resource.kind);
  const request = writeRequest(c, 'PatchOptions', forceProblems(c));
  const read = await readPatch(c, kind);
  const written = await registry.update({
    ...request,
    ...(c.info.subresource && { subresource: c.info.subresource }),
    next: (current) => {
      const patched = patchedObject(c, kind, read(), current!);
      checkPlace(patched.metadata, c.info.namespace, c.info.name, true);
      return patched;
    },
  });
  return writtenResponse(c, registry, written, form);
}

/** Only appliers force. */
export const forceProblems = ({ query }: RequestContext): FieldError[] =>
  query.has('force') ? [forbiddenAt('force', 'may not be specified for non-apply patch')] : [];

/** The patch of a request as what it makes of an object of the kind. */
export async function patchedBy(c: RequestContext, kind: AnyKind): Promise<(current: KubeObject) => KubeObject> {
  const read = await readPatch(c, kind);
  return (current) => patchedObject(c, kind, read(), current);
}

async function readPatch(c: RequestContext, kind: AnyKind): Promise<() => ReadPatch> {
  const media = patchTypeOf(c.request);
  const reader = readers[media];
  if (!reader) throw unknownPatch(media);
  const body = await c.request.body();
  c.audit?.patched(body);
  let read: ReadPatch | undefined;
  // What isn't there isn't patched, however the patch is written: it is looked at when there is something to apply it to.
  return () => (read ??= reader(body, kind));
}

/** Patches go by the header as it is spelled. */
export const patchTypeOf = ({ headers }: ServerRequest): string => String(headers['content-type'] ?? '').split(';')[0]!;

/** Kinds without a type of their own aren't merged by its structure. */
export function refuseUnknownPatch(media: string, kind: AnyKind): void {
  if (kind.unstructured && !unstructuredPatches.includes(media)) throw unknownFormat(unstructuredPatches);
  if (!readers[media]) throw unknownPatch(media);
}

const applyMedia = 'application/apply-patch+yaml';
const unstructuredPatches = ['application/json-patch+json', 'application/merge-patch+json', applyMedia];

/** Upstream's router lets a header with several types through when it knows one of them; several are no type to what comes then. */
function unknownPatch(media: string): StatusError {
  const known = Object.keys(readers);
  if (!media.split(',').some((m) => known.includes(m.trim()) || m.trim() === applyMedia))
    return new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  return unknownFormat([...known, applyMedia]);
}

const unknownFormat = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

/** What a request carries: bytes, or within the process the patch itself. */
type PatchBody = Awaited<ReturnType<RequestContext['request']['body']>>;

const readers: Readonly<Record<string, (body: PatchBody, kind: AnyKind) => ReadPatch>> = {
  'application/json-patch+json': (body) => {
    const { value, floats } = parsed(body, 'error decoding patch: ');
    const text = body instanceof Uint8Array ? Buffer.from(body).toString() : JSON.stringify(value);
    const { operations, strict } = readJsonPatch(text, value);
    return {
      duplicates: strict,
      floats: floats.map(({ text: number, path: [i, , ...inside] }) => ({
        text: number,
        path: [...pointerSteps(operations[Number(i)]?.path ?? ''), ...inside],
      })),
      isOfKind: false,
      apply: (current) => jsonPatch(current, operations),
      told: (result) => goJson(touchedInOrder(result, operations)),
    };
  },
  'application/merge-patch+json': (body) => {
    const { value, ...odd } = patchObject(body, 'error decoding patch: ');
    if (!value) throw badRequest('Invalid JSON Patch');
    return { ...odd, isOfKind: false, apply: (current) => mergePatch(current, value), told: goJson };
  },
  'application/strategic-merge-patch+json': (body, kind) => {
    const { value, duplicates } = patchObject(body, '');
    const { shape } = kind.schema;
    return {
      duplicates,
      // Merging by structure goes by the value of a number, however it is written.
      floats: [],
      isOfKind: true,
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
    return { value: wireCopy(body), duplicates: [], floats: [] };
  } catch (err) {
    if (err instanceof JsonProblem) throw badRequest(`${prefix}${err.message}`);
    throw err;
  }
}

/** A patch that is an object, or null, which upstream's two ways of merging take differently. */
function patchObject(
  body: PatchBody,
  prefix: string,
): ReturnType<typeof readJson> & { readonly value: JsonObject | null } {
  const { value, ...odd } = parsed(body, prefix);
  if (value === null || isObject(value)) return { value, ...odd };
  throw badRequest(`${prefix}json: cannot unmarshal ${jsonWord(value)} into Go value of type map[string]interface {}`);
}

function patchedObject(c: RequestContext, kind: AnyKind, read: ReadPatch, current: KubeObject): KubeObject {
  const value = read.apply(current as unknown as JsonObject);
  const told = () => read.told(read.apply(inPublishedOrder(current)));
  if (!isObject(value)) {
    throw unfit(told(), `json: cannot unmarshal ${jsonWord(value)} into Go value of type map[string]interface {}`);
  }
  const { apiVersion, kind: said } = value;
  const { isOfKind } = read;
  if (kind.unstructured) {
    if (!said) throw unfit(told(), kindMissing(JSON.stringify(value)));
    if (apiVersion !== kind.apiVersion) report(c, kind, fieldValidationOf(c.query), unknownToVersion(kind, value));
    refuseOtherType(kind, value);
  } else if (!isOfKind && ((said && said !== kind.kind) || (apiVersion && apiVersion !== kind.apiVersion))) {
    throw unfit(told(), whyNot(kind, String(apiVersion || kind.apiVersion), String(said || kind.kind), value));
  }
  const validation = fieldValidationOf(c.query);
  const unknown: string[] = [];
  let object: KubeObject;
  try {
    if (!isOfKind && !apiVersion) object = decodedAs(kind, withoutMembers(value, unknown), validation, unknown);
    else {
      const { touched, kept } = split(kind, c.info.subresource, value, current);
      object = decodedAs(kind, touched, validation, unknown, kept);
    }
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    throw unfit(told(), err.message);
  }
  const float = wholeFloatProblem(kind.schema.shape, read.floats);
  if (float) throw unfit(told(), float);
  if (isOfKind) unknown.sort();
  const strict = validation === 'Strict' && strictProblems(unknown, { json: read.duplicates });
  if (strict) throw unfit(told(), strict);
  report(c, kind, validation, unknown, { json: read.duplicates });
  return object;
}

/**
 * A write of the status leaves the rest as it is: what the patch hasn't touched of that, and what isn't from before the defaults
 * that we know, needn't be read again and is the current object's own. Where nobody compiled a type all of it is read.
 */
function split(
  { unstructured }: AnyKind,
  subresource: string,
  value: JsonObject,
  current: KubeObject,
): { touched: JsonObject; kept?: JsonObject } {
  if (subresource !== 'status' || unstructured || !isComplete(current)) return { touched: value };
  const was = current as unknown as JsonObject;
  const touched: JsonObject = {};
  const kept: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const isRest = name !== 'metadata' && name !== 'status';
    const isKept = isRest && isObject(member) && member === own(was, name);
    put(isKept ? kept : touched, name, member);
  }
  return { touched, kept };
}

/** Why an object of another kind isn't one of this: first it is read as what it says it is. */
function whyNot(kind: AnyKind, apiVersion: string, said: string, value: JsonObject): string {
  const other = declaredKinds.find((k) => k.apiVersion === apiVersion && k.kind === said);
  try {
    if (other) decodedAs(other, value, 'Ignore', []);
  } catch (err) {
    if (err instanceof DecodeError) return err.message;
    throw err;
  }
  return mismatch(kind, apiVersion, said);
}

/** Of an object without a version upstream knows only that it has a kind: to it no other member has a name that it knows. */
function withoutMembers(value: JsonObject, unknown: string[]): JsonObject {
  const { apiVersion: _v, kind: _k, ...members } = value;
  unknown.push(...Object.keys(members).map((name) => `unknown field ${JSON.stringify(name)}`));
  return {};
}

/** The members of an entry's metadata stand in the order in which they came to it. */
const inPublishedOrder = ({ metadata, ...object }: KubeObject): JsonObject => {
  const ordered = { ...metadata };
  setFields(objectMeta, ordered, {});
  return { ...object, metadata: ordered };
};

/** What a patch makes can't be read as the kind. */
const unfit = (told: string, why: string): StatusError => invalidObject('', '', '', [invalid('patch', told, why)]);
