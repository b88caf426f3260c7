import { isObject, type JsonObject } from '@tiphys/sdk/machinery';
import { decode, DecodeError, type Struct } from '@tiphys/sdk/schema';
import { strictProblems } from '../handlers/field-validation.ts';
import { JsonProblem, jsonWord, readJson } from '../handlers/json-text.ts';
import { headerType, kindMissing } from '../handlers/said-type.ts';
import { readYaml, YamlProblem } from '../yaml/index.ts';

/** A kind of configuration, in one of its versions. */
export interface ConfigKind<O extends object = object> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Struct<O, unknown>;
}

/** What else upstream reads from such files, and then refuses where it isn't what was wanted. */
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
 * and (unless told) for fields that nobody knows or that stand twice.
 */
export function readConfig<O extends object>(
  bytes: Uint8Array,
  kinds: readonly ConfigKind<O>[],
  { strict = true }: { readonly strict?: boolean } = {},
): O {
  const { value, duplicates, text } = parsed(bytes);
  const { apiVersion, kind } = headerOf(value, text);
  const found = kinds.find((k) => k.kind === kind && k.apiVersion === apiVersion);
  if (!found) throw new Error(whyNot(kinds, apiVersion, kind));
  const unknown: string[] = [];
  const onUnknown = (path: string) => {
    if (path !== 'apiVersion' && path !== 'kind') unknown.push(`unknown field ${JSON.stringify(path)}`);
  };
  const object = decoded(found, value, onUnknown);
  const problem = strict ? strictProblems(unknown, duplicates) : undefined;
  if (problem) throw new Error(problem);
  return object;
}

function decoded<O extends object>({ schema }: ConfigKind<O>, value: unknown, onUnknown: (path: string) => void): O {
  try {
    return decode(schema.shape, value, { onUnknown }) as O;
  } catch (err) {
    if (err instanceof DecodeError) throw new Error(err.message, { cause: err });
    throw err;
  }
}

interface Parsed {
  readonly value: unknown;
  readonly duplicates: { readonly json?: readonly string[]; readonly yaml?: readonly string[] };
  readonly text: string;
}

function parsed(bytes: Uint8Array): Parsed {
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

function headerOf(value: unknown, text: string): { apiVersion: string; kind: string } {
  const object = value ?? {};
  if (!isObject(object)) {
    throw new Error(unreadable(`json: cannot unmarshal ${jsonWord(object)} into Go value of type ${headerType}`));
  }
  const [apiVersion, kind] = (['apiVersion', 'kind'] as const).map((name) => headerField(object, name));
  if (!kind) throw new Error(kindMissing(text));
  if (!apiVersion) throw new Error(`Object 'apiVersion' is missing in '${text}'`);
  return { apiVersion, kind };
}

function headerField(object: JsonObject, name: string): string {
  const said = object[name] ?? '';
  if (typeof said === 'string') return said;
  throw new Error(unreadable(`json: cannot unmarshal ${jsonWord(said)} into Go struct field .${name} of type string`));
}

function whyNot(kinds: readonly ConfigKind[], apiVersion: string, kind: string): string {
  if (otherKinds[apiVersion]?.includes(kind)) return `expected ${kinds[0]?.kind}, got *apiserver.${kind}`;
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
}
