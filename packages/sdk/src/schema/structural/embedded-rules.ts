import {
  dns1035LabelProblems,
  type FieldError,
  invalid,
  isObject,
  type JsonObject,
  type ObjectMeta,
  own,
  Path,
  required,
  type StructShape,
} from '../../machinery/index.ts';
import { DecodeError } from '../decode-error.ts';
import { decode } from '../decode.ts';
import { nameIsPathSegment, validateObjectMeta } from '../metadata-rules.ts';
import { itemsOf, type JSONSchemaProps, membersOf } from './json-schema.ts';

/** Resources inside of others must be ones: of a kind, with good metadata. */
export function* embeddedRules(
  schema: JSONSchemaProps | undefined,
  value: unknown,
  { meta, at }: { meta: StructShape; at?: Path },
): Iterable<FieldError> {
  if (!schema) return;
  if (Array.isArray(value)) {
    const of = itemsOf(schema);
    for (const [i, item] of value.entries()) yield* embeddedRules(of, item, { meta, at: at!.index(i) });
    return;
  }
  if (!isObject(value)) return;
  const child = (name: string) => (at ? at.child(name) : new Path(name));
  if (schema['x-kubernetes-embedded-resource']) yield* resourceRules(value, child, meta);
  for (const [name, member] of Object.entries(value)) {
    const of = own(schema.properties, name);
    if (of) yield* embeddedRules(of, member, { meta, at: child(name) });
    else yield* embeddedRules(membersOf(schema), member, { meta, at: at ? at.key(name) : new Path(`[${name}]`) });
  }
}

export function* resourceRules(
  value: JsonObject,
  child: (name: string) => Path,
  meta: StructShape,
): Iterable<FieldError> {
  for (const name of ['apiVersion', 'kind']) if (!Object.hasOwn(value, name)) yield required(child(name));
  if (Object.hasOwn(value, 'apiVersion')) yield* apiVersionRules(value['apiVersion'], child('apiVersion'));
  if (Object.hasOwn(value, 'kind')) yield* kindRules(value['kind'], child('kind'));
  if (!Object.hasOwn(value, 'metadata')) return;
  const at = child('metadata');
  let metadata: ObjectMeta;
  try {
    metadata = decode(meta, value['metadata']) as ObjectMeta;
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    yield invalid(at, value['metadata'], err.message);
    return;
  }
  // It needs no name.
  const named = { ...metadata, name: metadata.name || 'fakename' };
  const rules = { namespaced: Boolean(metadata.namespace), nameRule: nameIsPathSegment };
  yield* validateObjectMeta(named, rules, at);
}

function* apiVersionRules(value: unknown, at: Path): Iterable<FieldError> {
  if (typeof value !== 'string') yield invalid(at, value, 'must be a string');
  else if (!value) yield invalid(at, value, 'must not be empty');
  else if (value.split('/').length > 2) yield invalid(at, value, `unexpected GroupVersion string: ${value}`);
}

function* kindRules(value: unknown, at: Path): Iterable<FieldError> {
  if (typeof value !== 'string') yield invalid(at, value, 'must be a string');
  else if (!value) yield invalid(at, value, 'must not be empty');
  else {
    const problems = dns1035LabelProblems(value.toLowerCase());
    if (problems.length) {
      yield invalid(at, value, `may have mixed case, but should otherwise match: ${problems.join(',')}`);
    }
  }
}
