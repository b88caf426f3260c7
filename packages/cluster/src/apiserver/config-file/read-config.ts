import { isObject, type JsonObject } from '@tiphys/sdk/machinery';
import { decode, DecodeError, type Struct } from '@tiphys/sdk/schema';
import { strictProblems } from '../handlers/field-validation.ts';
import { JsonProblem, jsonWord, readJson } from '../handlers/json-text.ts';
import { headerType, kindMissing } from '../handlers/said-type.ts';
import { readYaml, YamlProblem } from '../yaml/index.ts';
import { asWritten } from './as-written.ts';

/** A kind of configuration, in one of its versions. */
export interface ConfigKind<O extends object = object> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Struct<O, unknown>;
}

/** What else upstream reads from most such files, and then refuses where it isn't what was wanted. */
const otherKinds: Readonly<Record<string, readonly string[]>> = {
  'apiserver.config.k8s.io/v1': [
    'AdmissionConfiguration',
    'AuthenticationConfiguration',
    'AuthorizationConfiguration',
    'EncryptionConfiguration',
    'TracingConfiguration',
  ],
  'apiserver.config.k8s.io/v1beta1': [
    'AuthenticationConfiguration',
    'AuthorizationConfiguration',
    'TracingConfiguration',
  ],
  'apiserver.config.k8s.io/v1alpha1': [
    'AuthenticationConfiguration',
    'AuthorizationConfiguration',
    'TracingConfiguration',
  ],
  'apiserver.k8s.io/v1alpha1': ['AdmissionConfiguration', 'EgressSelectorConfiguration'],
  'apiserver.k8s.io/v1beta1': ['EgressSelectorConfiguration'],
  v1: ['EncryptionConfig'],
};

/**
 * An object of one of the kinds, from JSON or YAML, defaults filled. Throws an `Error` in upstream's words: for what can't be read,
 * and for fields that nobody knows or that stand twice.
 */
export function readConfig<O extends object>(
  bytes: Uint8Array,
  kinds: readonly ConfigKind<O>[],
  { others = otherKinds }: { readonly others?: typeof otherKinds } = {},
): O {
  const { value, duplicates, text } = parsedObject(bytes);
  const header = headerOf(value);
  const missing = missingIn(header, text);
  if (missing) throw new Error(missing);
  const found = kinds.find((k) => k.kind === header.kind && k.apiVersion === header.apiVersion);
  if (!found)
    throw new Error(others[header.apiVersion]?.includes(header.kind) ? mistaken(kinds, header) : unregistered(header));
  const unknown = new Set<string>();
  const object = decodedConfig(found, value, (path) => {
    if (path !== 'apiVersion' && path !== 'kind') unknown.add(path);
  });
  const problem = strictProblems(
    asWritten(unknown, value, { isYaml: duplicates.yaml !== undefined }).map(
      (path) => `unknown field ${JSON.stringify(path)}`,
    ),
    duplicates,
  );
  if (problem) throw new Error(problem);
  return object;
}

/** Throws an `Error` in upstream's words for what the kind can't be read from. */
export function decodedConfig<O extends object>(
  { schema }: Pick<ConfigKind<O>, 'schema'>,
  value: unknown,
  onUnknown: (path: string) => void = () => {},
): O {
  try {
    return decode(schema.shape, value ?? {}, { onUnknown }) as O;
  } catch (err) {
    if (err instanceof DecodeError) throw new Error(err.message, { cause: err });
    throw err;
  }
}

export interface ParsedObject {
  readonly value: unknown;
  readonly duplicates: { readonly json?: readonly string[]; readonly yaml?: readonly string[] };
  readonly text: string;
}

/** JSON or YAML. Throws an `Error` in upstream's words for what is neither. */
export function parsedObject(bytes: Uint8Array): ParsedObject {
  const text = Buffer.from(bytes).toString();
  try {
    if (text.trimStart().startsWith('{')) {
      const { value, duplicates } = readJson(bytes);
      return { value, duplicates: { json: duplicates }, text };
    }
    const { value, duplicates } = readYaml(bytes);
    return { value, duplicates: { yaml: duplicates }, text };
  } catch (err) {
    if (err instanceof JsonProblem) throw new Error(unreadable(err.message), { cause: err });
    if (err instanceof YamlProblem) throw new Error(err.message, { cause: err });
    throw err;
  }
}

const unreadable = (why: string): string => `couldn't get version/kind; json parse error: ${why}`;

export interface Header {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What an object says that it is. Throws for what is no object. */
export function headerOf(value: unknown): Header {
  const object = value ?? {};
  if (isObject(object)) return { apiVersion: headerField(object, 'apiVersion'), kind: headerField(object, 'kind') };
  throw new Error(unreadable(`json: cannot unmarshal ${jsonWord(object)} into Go value of type ${headerType}`));
}

export function missingIn({ apiVersion, kind }: Header, text: string): string | undefined {
  if (!kind) return kindMissing(text);
  return apiVersion ? undefined : `Object 'apiVersion' is missing in '${text}'`;
}

function headerField(object: JsonObject, name: string): string {
  const said = object[name] ?? '';
  if (typeof said === 'string') return said;
  throw new Error(unreadable(`json: cannot unmarshal ${jsonWord(said)} into Go struct field .${name} of type string`));
}

const mistaken = (kinds: readonly ConfigKind[], { kind }: Header): string =>
  `expected ${kinds[0]?.kind}, got *apiserver.${kind}`;

export const unregistered = ({ apiVersion, kind }: Header): string =>
  `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
