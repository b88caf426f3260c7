import {
  type FieldShape,
  isObject,
  type JsonObject,
  kindWord,
  own,
  type Shape,
  type StructShape,
} from '../machinery/index.ts';
import { messageOf } from '../runtime/index.ts';
import { decode } from './decode.ts';
import { goTypeOf } from './go-words.ts';

/**
 * Why an object that came out of a strategic merge doesn't fit its kind, in the words upstream has for that way alone
 * (`cannot restore slice from string`); nothing when it fits. Decoding comes after and reports nothing new. Parts that are
 * the very parts of `live`, which fits, aren't looked into.
 */
export function restoreProblem(shape: Shape, value: unknown, live?: unknown): string | undefined {
  if (value === null || value === undefined || value === live) return undefined;
  switch (shape.type) {
    case 'struct': {
      if (shape.read) return undefined;
      if (!isObject(value)) return `cannot restore struct from: ${kindWord(value)}`;
      return structProblem(shape, value, live);
    }
    case 'map':
      if (!isObject(value)) return `cannot restore map from ${kindWord(value)}`;
      for (const name of Object.keys(value)) {
        const problem = restoreProblem(shape.values, value[name], memberOf(live, name));
        if (problem) return problem;
      }
      return undefined;
    case 'list':
      if (!Array.isArray(value)) return `cannot restore slice from ${kindWord(value)}`;
      for (const item of value) {
        const problem = restoreProblem(shape.items, item);
        if (problem) return problem;
      }
      return undefined;
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return scalarProblem(shape, value);
    case 'bytes':
      if (typeof value !== 'string') return `cannot restore slice from ${kindWord(value)}`;
      return decodeProblem(shape, value, 'error decoding from json: ');
    case 'any':
      return undefined;
    default:
      return decodeProblem(shape, value, '');
  }
}

/** The first problem in published order. Few of many fields are mostly there, and nothing is wrong with them. */
function structProblem({ fields }: StructShape, value: JsonObject, live: unknown): string | undefined {
  const problemOf = ({ name, shape }: FieldShape) => restoreProblem(shape, own(value, name), memberOf(live, name));
  const fits = Object.keys(value).every((name) => {
    const field = fields.get(name);
    return !field || problemOf(field) === undefined;
  });
  if (fits) return undefined;
  for (const field of fields.values()) {
    const problem = problemOf(field);
    if (problem) return problem;
  }
  return undefined;
}

const memberOf = (live: unknown, name: string): unknown => (isObject(live) ? own(live, name) : undefined);

// Only what the language of upstream could convert at all is refused as a conversion; the rest isn't a known type to it.
function scalarProblem(shape: Shape, value: unknown): string | undefined {
  const [from, to] = [kindWord(value), goTypeOf(shape)];
  const numeric = from === 'int64' || from === 'float64';
  switch (shape.type) {
    case 'string':
      if (from === 'string') return undefined;
      return from === 'int64' ? `cannot convert ${from} to ${to}` : `unrecognized type: ${to}`;
    case 'boolean':
      return from === 'bool' ? undefined : `unrecognized type: ${to}`;
    case 'integer':
      if (from === 'int64') return undefined;
      return numeric ? `cannot convert ${from} to ${to}` : `unrecognized type: ${to}`;
    default:
      return numeric ? undefined : `unrecognized type: ${to}`;
  }
}

function decodeProblem(shape: Shape, value: unknown, prefix: string): string | undefined {
  try {
    decode(shape, value);
    return undefined;
  } catch (err) {
    return prefix + messageOf(err);
  }
}
