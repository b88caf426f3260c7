import {
  badRequest,
  type FieldError,
  invalid,
  invalidObject,
  isObject,
  type JsonObject,
  type StatusError,
} from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import { jsonWord } from './json-text.ts';
import { isKnownKind } from './known-kinds.ts';

/** What upstream looks for first in any object. */
export const headerType =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What the body says it is must be what the path is for; saying nothing is fine. */
export function checkedKind(value: unknown, kind: AnyKind, bytes: Buffer): JsonObject {
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

export const otherVersion = (kind: AnyKind, said: string): StatusError =>
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
export function unrecognized(kind: AnyKind, why: string, bytes: Buffer): StatusError {
  const start = bytes.subarray(0, 30);
  const text = bytes.length === 0 ? '<empty>' : bytes[0] === 0x7b ? start.toString() : start.toString('hex');
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind}): ${why} (${text}${bytes.length > 30 ? ' ...' : ''})`,
  );
}
