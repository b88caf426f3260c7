import { isObject, kindWord, own, type Shape } from '../machinery/index.ts';
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
      for (const { name, shape: member } of shape.fields.values()) {
        const problem = restoreProblem(member, own(value, name), memberOf(live, name));
        if (problem) return problem;
      }
      return undefined;
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
    return prefix + (err instanceof Error ? err.message : String(err));
  }
}
