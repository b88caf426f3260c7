import {
  badRequest,
  type FieldError,
  findDuplicateKeys,
  findWholeFloats,
  invalid,
  invalidObject,
  isObject,
  type JsonObject,
  type KubeObject,
  put,
  StatusError,
  syntaxProblem,
  type WholeFloat,
} from '@tiphys/sdk/machinery';
import {
  type AnyKind,
  decode,
  DecodeError,
  decodeMessage,
  isTypeOrMeta,
  openEnvelope,
  protobufMediaType,
  setFields,
  wholeFloatProblem,
} from '@tiphys/sdk/schema';
import type { RequestContext, ServerRequest } from '../context.ts';
import { isKnownKind } from './known-kinds.ts';
import { readYaml, YamlProblem } from './yaml-text.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** The media type of a body, without its parameters. */
export const mediaTypeOf = ({ headers }: ServerRequest): string =>
  String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();

export const unsupportedMedia = (): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );

/** A body that has been parsed, and what was odd about it: keys that stand twice. */
interface Parsed {
  readonly value: unknown;
  readonly duplicates: Duplicates;
  readonly floats?: readonly WholeFloat[];
}

/** Keys that stand twice: upstream tells those of YAML in a way of their own. */
export interface Duplicates {
  readonly json?: readonly string[];
  readonly yaml?: readonly string[];
}

/** The body as an object of the kind, and anew each time that it is wanted: whoever is given it changes it. */
export async function sentObject(
  c: RequestContext,
  kind: AnyKind,
): Promise<{ readonly first: KubeObject; next(): KubeObject | Promise<KubeObject> }> {
  const first = await readObject(c, kind);
  let unused: KubeObject | undefined = first;
  return {
    first,
    next: () => {
      const object = unused ?? readObject(c, kind);
      unused = undefined;
      return object;
    },
  };
}

/**
 * The body as an object of the kind: parsed, checked to be of that kind, decoded, defaulted. What the schema doesn't know is
 * dropped with a warning, or refused, as `fieldValidation` says.
 */
export async function readObject(c: RequestContext, kind: AnyKind): Promise<KubeObject> {
  const body = await c.request.body();
  if (body !== undefined && !(body instanceof Uint8Array)) return decodeObject(c, kind, body, 'Ignore');
  const media = mediaTypeOf(c.request);
  const bytes = Buffer.from(body ?? []);
  const { value, duplicates, floats = [] } = parse(media, bytes, kind);
  if (kind.unstructured) {
    const object = value as JsonObject;
    if ((object['apiVersion'] ?? '') !== kind.apiVersion) {
      report(c, kind, fieldValidationOf(c.query), unknownToVersion(kind, object), duplicates);
      throw otherVersion(kind, String(object['apiVersion'] ?? ''));
    }
    refuseOtherType(kind, object);
  }
  const unfit = wholeFloatProblem(kind.schema.shape, floats);
  if (unfit) throw undecodable(kind, unfit);
  return decodeObject(c, kind, value, fieldValidationOf(c.query), duplicates);
}

/** A parsed value as an object of the kind. */
export function decodeObject(
  c: RequestContext,
  kind: AnyKind,
  value: unknown,
  validation: FieldValidation,
  duplicates: Duplicates = {},
): KubeObject {
  const unknown: string[] = [];
  let object: KubeObject;
  try {
    object = decodedAs(kind, value, validation, unknown);
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    throw undecodable(kind, err.message);
  }
  report(c, kind, validation, unknown, duplicates);
  return object;
}

/**
 * A JSON value as the kind has it, defaults filled; fields that it doesn't have are gathered in `unknown`. What of the object
 * has been read before is `known`, and is taken as it is.
 */
export function decodedAs(
  kind: AnyKind,
  value: unknown,
  validation: FieldValidation,
  unknown: string[],
  known?: JsonObject,
): KubeObject {
  const onUnknown = (path: string) => {
    if (path !== 'apiVersion' && path !== 'kind') unknown.push(unknownField(path));
  };
  const object = decode(kind.schema.shape, value, validation === 'Ignore' ? {} : { onUnknown }) as KubeObject;
  if (known) setFields(kind.schema, object, known);
  kind.default?.(object);
  if (isObject(value) && isObject(value['metadata']) && isEmptyList(value['metadata']['managedFields'])) {
    // Decoding drops empty lists; this one says that nobody shall own anything any more.
    object.metadata.managedFields = [];
  }
  return object;
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Tells what strict decoding found: as warnings, or as a refusal. */
export function report(
  c: RequestContext,
  kind: AnyKind,
  validation: FieldValidation,
  unknown: readonly string[],
  { json = [], yaml = [] }: Duplicates = {},
): void {
  if (validation === 'Ignore') return;
  if (validation === 'Warn') {
    for (const text of [...yaml, ...json, ...unknown]) c.warn(text);
    return;
  }
  const found = strictProblems(unknown, { json, yaml });
  if (found) throw undecodable(kind, found);
}

const undecodable = ({ kind, version }: AnyKind, why: string): StatusError =>
  badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);

/** What strict decoding refuses, as one sentence; nothing when there is nothing. */
export function strictProblems(
  unknown: readonly string[],
  { json = [], yaml = [] }: Duplicates = {},
): string | undefined {
  const found = [...json, ...unknown];
  if (yaml.length) found.unshift(['yaml: unmarshal errors:', ...yaml.map((line) => `  ${line}`)].join('\n'));
  return found.length ? `strict decoding error: ${found.join(', ')}` : undefined;
}

export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const asked = query.get('fieldValidation') ?? '';
  return asked === 'Ignore' || asked === 'Strict' ? asked : 'Warn';
}

function parse(media: string, bytes: Buffer, kind: AnyKind): Parsed {
  switch (media) {
    case '':
    case 'application/json':
      return parseJson(bytes, kind);
    case 'application/yaml':
      return parseYaml(bytes, kind);
    case protobufMediaType:
      if (kind.unstructured) throw unsupportedMedia();
      return { value: parseProtobuf(bytes, kind), duplicates: {} };
    default:
      throw unsupportedMedia();
  }
}

/** kubectl's typed clients speak protobuf to built-in kinds; JSON is what they get back. */
function parseProtobuf(bytes: Buffer, kind: AnyKind): JsonObject {
  try {
    const { apiVersion, kind: said, raw } = openEnvelope(bytes);
    const value = decodeMessage(kind.schema.shape, raw) as JsonObject;
    return checkedKind({ ...value, ...(apiVersion && { apiVersion }), ...(said && { kind: said }) }, kind, bytes);
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    throw unrecognized(kind, err.message, bytes);
  }
}

function parseJson(bytes: Buffer, kind: AnyKind): Parsed {
  try {
    const { value, duplicates, floats } = readJson(bytes);
    return { value: checkedKind(value, kind, bytes), duplicates: { json: duplicates }, floats };
  } catch (err) {
    if (!(err instanceof JsonProblem)) throw err;
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${err.message}`, bytes);
  }
}

/** Bytes that aren't JSON. The message is upstream's. */
export class JsonProblem extends Error {}

/** A shorter text can't nest deeper than upstream reads. */
const mayBeTooDeep = 20_000;

/** Parses bytes as JSON, and tells keys that stand twice and whole numbers that are written as if they weren't. */
export function readJson(bytes: Uint8Array): {
  value: unknown;
  duplicates: string[];
  floats: readonly WholeFloat[];
} {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  if (bytes.length >= mayBeTooDeep) refuseBadJson(bytes);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (err) {
    refuseBadJson(bytes);
    throw err;
  }
  const value = halfCharacter.test(text) ? wellFormed(parsed) : parsed;
  const duplicates = findDuplicateKeys(text, value).map((path) => `duplicate field ${JSON.stringify(path)}`);
  return { value, duplicates, floats: findWholeFloats(text) };
}

function refuseBadJson(bytes: Uint8Array): void {
  const problem = bytes.length ? syntaxProblem(bytes) : 'unexpected end of JSON input';
  if (problem) throw new JsonProblem(problem);
}

const halfCharacter = /\\u[dD][89a-fA-F]/;

/** Escaped halves of characters become the sign for what can't be read: they couldn't be written as UTF-8. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const key of Object.keys(value)) put(out, Buffer.from(key).toString(), wellFormed(value[key]));
  return out;
}

function parseYaml(bytes: Buffer, kind: AnyKind): Parsed {
  try {
    const { value, duplicates } = readYaml(bytes);
    return { value: checkedKind(value, kind, bytes), duplicates: { yaml: duplicates } };
  } catch (err) {
    if (err instanceof YamlProblem) throw unrecognized(kind, err.message, bytes);
    throw err;
  }
}

/** What upstream looks for first in any object. */
export const headerType =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What the body says it is must be what the path is for; saying nothing is fine. */
function checkedKind(value: unknown, kind: AnyKind, bytes: Buffer): JsonObject {
  if (kind.unstructured) return checkedType(value, kind, bytes);
  if (value === null) return {};
  if (!isObject(value)) {
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${notAnObject(value)}`, bytes);
  }
  const problem = headerProblem(value);
  if (problem) throw unrecognized(kind, `couldn't get version/kind; json parse error: ${problem}`, bytes);
  const apiVersion = String(value['apiVersion'] || kind.apiVersion);
  const said = String(value['kind'] || kind.kind);
  const isReadable = apiVersion === kind.apiVersion || kind.alsoRead?.includes(apiVersion);
  if (said === kind.kind && isReadable) return value;
  const version = JSON.stringify(apiVersion.split('/').at(-1));
  if (said === kind.kind && isKnownKind(apiVersion, said)) throw otherVersion(kind, apiVersion);
  throw badRequest(
    `${said} in version ${version} cannot be handled as a ${kind.kind}: ${mismatch(kind, apiVersion, said)}`,
  );
}

/** What has no type of its own must say its kind. */
function checkedType(value: unknown, kind: AnyKind, bytes: Buffer): JsonObject {
  const object = value ?? {};
  const problem = isObject(object) ? headerProblem(object) : notAnObject(object);
  if (problem !== undefined) throw unrecognized(kind, `couldn't get version/kind; json parse error: ${problem}`, bytes);
  if (!(object as JsonObject)['kind']) throw unrecognized(kind, kindMissing(bytes.toString()), bytes);
  return object as JsonObject;
}

export const kindMissing = (text: string): string => `Object 'Kind' is missing in '${text}'`;

const otherVersion = (kind: AnyKind, said: string): StatusError =>
  badRequest(`the API version in the data (${said}) does not match the expected API version (${kind.apiVersion})`);

/** Why an object isn't of a kind that has no type of its own: what it says it is. */
export function* typeRules(kind: AnyKind, { apiVersion = '', kind: said }: JsonObject): Iterable<FieldError> {
  if (said !== kind.kind) yield invalid('kind', said, `must be ${kind.kind}`);
  if (apiVersion !== kind.apiVersion) yield invalid('apiVersion', apiVersion, `must be ${kind.apiVersion}`);
}

export function refuseOtherType(kind: AnyKind, object: JsonObject): void {
  const errors = [...typeRules(kind, object)];
  const { kind: said, metadata } = object;
  const name = isObject(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : '';
  if (errors.length) throw invalidObject(kind.group, String(said), name, errors);
}

/** What of an object its version doesn't know; of a version that isn't known, everything. */
export function unknownToVersion(kind: AnyKind, object: JsonObject): string[] {
  const { apiVersion, kind: said } = object;
  if (said !== kind.kind || !String(apiVersion).startsWith(`${kind.group}/`)) return [];
  const unknown: string[] = [];
  const version = kind.versions?.().find((k) => k.apiVersion === apiVersion);
  if (version) decodedAs(version, object, 'Warn', unknown);
  else for (const name of Object.keys(object).sort()) if (!isTypeOrMeta(name)) unknown.push(unknownField(name));
  return unknown;
}

const unknownField = (path: string): string => `unknown field ${JSON.stringify(path)}`;

const notAnObject = (value: unknown): string =>
  `json: cannot unmarshal ${jsonWord(value)} into Go value of type ${headerType}`;

function headerProblem(value: JsonObject): string | undefined {
  for (const name of ['apiVersion', 'kind']) {
    const said = value[name] ?? '';
    if (typeof said !== 'string') {
      return `json: cannot unmarshal ${jsonWord(said)} into Go struct field .${name} of type string`;
    }
  }
  return undefined;
}

/** What upstream calls a JSON value's type. */
export const jsonWord = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
};

/** Another known kind can't be turned into this one; one that isn't, nobody can read. */
export function mismatch(kind: AnyKind, apiVersion: string, said: string): string {
  if (isKnownKind(apiVersion, said)) {
    const version = apiVersion.split('/').at(-1);
    return `converting (${version}.${said}) to (${internalPackageOf(kind.group)}.${kind.kind}): unknown conversion`;
  }
  return `no kind ${JSON.stringify(said)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
}

/** The package of the form in which upstream works on a group's objects. */
export const internalPackageOf = (group: string): string => group.split('.')[0] || 'core';

/** The start of the body stands in the message, as text if it can be read, else in hexadecimal. */
function unrecognized(kind: AnyKind, why: string, bytes: Buffer): StatusError {
  const start = bytes.subarray(0, 30);
  const text = bytes.length === 0 ? '<empty>' : bytes[0] === 0x7b ? start.toString() : start.toString('hex');
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${text}${bytes.length > 30 ? ' ...' : ''})`,
  );
}
