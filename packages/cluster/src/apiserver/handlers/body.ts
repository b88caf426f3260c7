import {
  badRequest,
  findDuplicateKeys,
  isObject,
  type JsonObject,
  type KubeObject,
  StatusError,
  syntaxProblem,
} from '@tiphys/sdk/machinery';
import { type AnyKind, decode, DecodeError, decodeMessage, openEnvelope, protobufMediaType } from '@tiphys/sdk/schema';
import { LineCounter, parseDocument } from 'yaml';
import type { RequestContext, ServerRequest } from '../context.ts';

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

/**
 * The body as an object of the kind: parsed, checked to be of that kind, decoded, defaulted. What the schema doesn't know is
 * dropped with a warning, or refused, as `fieldValidation` says.
 */
export async function readObject(c: RequestContext, kind: AnyKind): Promise<KubeObject> {
  const body = await c.request.body();
  if (body !== undefined && !(body instanceof Uint8Array)) return decodeObject(c, kind, body, 'Ignore');
  const media = mediaTypeOf(c.request);
  const bytes = Buffer.from(body ?? []);
  const { value, problems } = parse(media, bytes, kind);
  return decodeObject(c, kind, value, fieldValidationOf(c.query), problems);
}

/** A parsed value as an object of the kind. `problems` are those that parsing had met already. */
export function decodeObject(
  c: RequestContext,
  kind: AnyKind,
  value: unknown,
  validation: FieldValidation,
  problems: readonly string[] = [],
): KubeObject {
  const found = [...problems];
  let object: KubeObject;
  try {
    const onUnknown = (path: string) => {
      if (path !== 'apiVersion' && path !== 'kind') found.push(`unknown field ${JSON.stringify(path)}`);
    };
    object = decode(kind.schema.shape, value, validation === 'Ignore' ? {} : { onUnknown }) as KubeObject;
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    throw badRequest(
      `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: ${err.message}`,
    );
  }
  report(c, kind, validation, found);
  kind.default?.(object);
  return object;
}

/** Tells what strict decoding found: as warnings, or as a refusal. */
export function report(c: RequestContext, kind: AnyKind, validation: FieldValidation, found: readonly string[]): void {
  if (!found.length || validation === 'Ignore') return;
  if (validation === 'Strict') {
    throw badRequest(
      `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: strict decoding error: ${found.join(', ')}`,
    );
  }
  for (const text of found) c.warn(text);
}

export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const asked = query.get('fieldValidation') ?? '';
  return asked === 'Ignore' || asked === 'Strict' ? asked : 'Warn';
}

function parse(media: string, bytes: Buffer, kind: AnyKind): { value: unknown; problems: string[] } {
  switch (media) {
    case '':
    case 'application/json':
      return parseJson(bytes, kind);
    case 'application/yaml':
      return parseYaml(bytes, kind);
    case protobufMediaType:
      return { value: parseProtobuf(bytes, kind), problems: [] };
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

function parseJson(bytes: Buffer, kind: AnyKind): { value: unknown; problems: string[] } {
  const problem = bytes.length ? syntaxProblem(bytes) : 'unexpected end of JSON input';
  if (problem) throw unrecognized(kind, `couldn't get version/kind; json parse error: ${problem}`, bytes);
  const text = bytes.toString();
  const value: unknown = JSON.parse(text);
  const problems = findDuplicateKeys(text, value).map((path) => `duplicate field ${JSON.stringify(path)}`);
  return { value: checkedKind(value, kind, bytes), problems };
}

function parseYaml(bytes: Buffer, kind: AnyKind): { value: unknown; problems: string[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(bytes.toString(), {
    version: '1.1',
    lineCounter,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const problem = document.errors[0];
  if (problem)
    throw unrecognized(
      kind,
      `yaml: line ${lineCounter.linePos(problem.pos[0]).line}: ${problem.message.split('\n')[0]}`,
      bytes,
    );
  return { value: checkedKind(document.toJS({ maxAliasCount: 100 }) as unknown, kind, bytes), problems: [] };
}

/** What the body says it is must be what the path is for; saying nothing is fine. */
function checkedKind(value: unknown, kind: AnyKind, bytes: Buffer): JsonObject {
  if (value === null) return {};
  if (!isObject(value)) {
    const go =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    const word = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw unrecognized(
      kind,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${word} into Go value of type ${go}`,
      bytes,
    );
  }
  const { apiVersion, kind: said } = value;
  if (
    (said !== undefined && said !== '' && said !== kind.kind) ||
    (apiVersion !== undefined && apiVersion !== '' && apiVersion !== kind.apiVersion)
  ) {
    throw badRequest(
      `${String(said || kind.kind)} in version ${JSON.stringify(
        String(apiVersion || kind.apiVersion)
          .split('/')
          .at(-1),
      )} cannot be handled as a ${kind.kind}: ${mismatch(kind, String(apiVersion || kind.apiVersion), String(said || kind.kind))}`,
    );
  }
  return value;
}

function mismatch(kind: AnyKind, apiVersion: string, said: string): string {
  return `no kind ${JSON.stringify(said)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
}

/** The start of the body stands in the message, as text if it can be read, else in hexadecimal. */
function unrecognized(kind: AnyKind, why: string, bytes: Buffer): StatusError {
  const start = bytes.subarray(0, 30);
  const text = bytes[0] === 0x7b ? bytes.subarray(0, 30).toString() : start.toString('hex');
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${text}${bytes.length > 30 ? ' ...' : ''})`,
  );
}
