import { isObject, kindWord, type Shape } from '../machinery/index.ts';
import { decode } from './decode.ts';
import { goTypeOf } from './go-words.ts';

/**
 * Why an object that came out of a strategic merge doesn't fit its kind, in the words upstream has for that way alone
 * (`cannot restore slice from string`); nothing when it fits. Decoding comes after and reports nothing new.
 */
export function restoreProblem(shape: Shape, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (shape.type) {
    case 'struct': {
      if (!isObject(value)) return `cannot restore struct from: ${kindWord(value)}`;
      for (const { name, shape: member } of shape.fields.values()) {
        const problem = Object.hasOwn(value, name) && restoreProblem(member, value[name]);
        if (problem) return problem;
      }
      return undefined;
    }
    case 'map':
      return isObject(value) ? first(Object.values(value), shape.values) : `cannot restore map from ${kindWord(value)}`;
    case 'list':
      return Array.isArray(value) ? first(value, shape.items) : `cannot restore slice from ${kindWord(value)}`;
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

function first(values: readonly unknown[], shape: Shape): string | undefined {
  for (const value of values) {
    const problem = restoreProblem(shape, value);
    if (problem) return problem;
  }
  return undefined;
}

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
    return prefix + (err instanceof Error ? err.message : String(err));
  }
}
