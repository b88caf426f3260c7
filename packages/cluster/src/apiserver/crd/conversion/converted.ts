import { field, type FieldError, isObject, type JsonObject, type KubeObject, put } from '@tiphys/sdk/machinery';
import { validateAnnotations, validateLabels } from '@tiphys/sdk/schema';
import { jsonWord } from '../../handlers/json-text.ts';
import { goTypeName } from '../nested.ts';
import { Misconversion } from './misconversion.ts';

const wrong = (why: string, says: 'what' | 'all' = 'what') =>
  new Misconversion('conversion_webhook_invalid_converted_object_failure', why, { says });

/**
 * What a webhook made of an object, if it is that object in the wanted version. All of its metadata but labels and annotations stay
 * as they were, whatever the webhook says. Throws a `Misconversion`.
 */
export function convertedFrom(original: KubeObject, value: unknown, apiVersion: string): KubeObject {
  const object = asObject(value);
  const of = (why: string) => wrong(`returned invalid object at index 0: ${why}`);
  const received = textAt(object, 'apiVersion');
  if (received !== apiVersion) throw of(`invalid groupVersion (expected ${apiVersion}, received ${received})`);
  const kind = textAt(object, 'kind');
  if (kind !== original.kind) throw of(`invalid kind (expected ${original.kind}, received ${kind})`);
  const { metadata } = object;
  for (const [member, called] of mustStay) {
    const [is, was] = [isObject(metadata) ? textAt(metadata, member) : '', original.metadata[member] ?? ''];
    if (is !== was) throw wrong(`returned invalid object: must have the same ${called}: ${was} != ${is}`);
  }
  return { ...object, apiVersion, kind, metadata: restored(original, metadata) } as KubeObject;
}

const mustStay = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

const textAt = (object: JsonObject, name: string): string => {
  const value = object[name];
  return typeof value === 'string' ? value : '';
};

function asObject(value: unknown): JsonObject & { metadata?: unknown } {
  if (value === null || value === undefined) throw wrong('unexpected end of JSON input', 'all');
  if (!isObject(value)) {
    throw wrong(`json: cannot unmarshal ${jsonWord(value)} into Go value of type map[string]interface {}`, 'all');
  }
  // A version that can't be one makes nothing of the kind either.
  const isTyped = textAt(value, 'kind') && textAt(value, 'apiVersion').split('/').length < 3;
  if (!isTyped) throw wrong(`Object 'Kind' is missing in '${JSON.stringify(value)}'`, 'all');
  return value;
}

function restored({ metadata: was }: KubeObject, said: unknown): KubeObject['metadata'] {
  const invalid = (why: string) => wrong(`returned invalid metadata: ${why}`);
  if (said === undefined) throw invalid('missing metadata in converted object');
  if (!isObject(said)) throw invalid(`invalid metadata of type ${goTypeName(said)} in converted object`);
  const metadata = { ...was };
  for (const name of ['labels', 'annotations'] as const) {
    const notes = said[name];
    delete metadata[name];
    if (notes === undefined || notes === null) continue;
    if (!isObject(notes)) throw invalid(`invalid metadata.${name} of type ${goTypeName(notes)} in converted object`);
    for (const [key, value] of Object.entries(notes)) {
      if (typeof value === 'string') continue;
      throw invalid(`metadata.${name}[${key}] must be a string, but is ${goTypeName(value)} in converted object`);
    }
    const texts = notes as Record<string, string>;
    const problems = isSame(texts, was[name] ?? {}) ? [] : rules[name](texts);
    if (problems.length) throw invalid(together(problems));
    put(metadata as object as JsonObject, name, texts);
  }
  return metadata;
}

type Notes = Readonly<Record<string, string>>;

const rules = {
  labels: (notes: Notes) => validateLabels(notes, field('metadata', 'labels')),
  // Upstream's word for it.
  annotations: (notes: Notes) => validateAnnotations(notes, field('metadata', 'annotation')),
};

function isSame(a: Notes, b: Notes): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function together(problems: readonly FieldError[]): string {
  const texts = [...new Set(problems.map(({ field, message }) => `${field}: ${message}`))];
  return texts.length > 1 ? `[${texts.join(', ')}]` : texts[0]!;
}
