import { isObject, type JsonObject, type KubeObject, StatusError, type WholeFloat } from '@tiphys/sdk/machinery';
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
import { type Duplicates, type FieldValidation, fieldValidationOf, report, undecodable } from './field-validation.ts';
import { JsonProblem, readJson } from './json-text.ts';
import { checkedKind, otherVersion, refuseOtherType, unrecognized } from './said-type.ts';
import { readYaml, YamlProblem } from '../yaml/index.ts';

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
  if (body !== undefined && !(body instanceof Uint8Array)) return told(c, kind, decodeObject(c, kind, body, 'Ignore'));
  const media = mediaTypeOf(c.request);
  const bytes = body ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : Buffer.alloc(0);
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
  return told(c, kind, decodeObject(c, kind, value, fieldValidationOf(c.query), duplicates));
}

function told(c: RequestContext, kind: AnyKind, object: KubeObject): KubeObject {
  c.audit?.requested(object, kind);
  return object;
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

function parseYaml(bytes: Buffer, kind: AnyKind): Parsed {
  try {
    const { value, duplicates } = readYaml(bytes);
    return { value: checkedKind(value, kind, bytes), duplicates: { yaml: duplicates } };
  } catch (err) {
    if (err instanceof YamlProblem) throw unrecognized(kind, err.message, bytes);
    throw err;
  }
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
