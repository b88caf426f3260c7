import { isObject, kindWord, type ListShape, printValue, type Shape } from '../../machinery/index.ts';
import { elementText, fieldElement, itemElement } from './path-element.ts';
import { memberShape } from './structure.ts';

/** Why an applied configuration doesn't fit its kind, every reason in order, as upstream's typed reader words them. */
export function configProblems(shape: Shape, value: unknown): string[] {
  return [...problems(shape, value)].map(({ path, message }) => `${path}: ${message}`);
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

function* problems(shape: Shape, value: unknown, path = ''): Iterable<Problem> {
  if (value === null) return;
  switch (shape.type) {
    case 'struct':
    case 'map':
      if (!isObject(value)) yield { path, message: `expected map, got &{${printValue(value)}}` };
      else yield* memberProblems(shape, value, path);
      return;
    case 'list':
      if (!Array.isArray(value)) yield { path, message: `expected list, got &{${printValue(value)}}` };
      else yield* itemProblems(shape, value, path);
      return;
    case 'string':
    case 'bytes':
      if (typeof value !== 'string') {
        yield { path, message: `expected string, got &value.valueUnstructured{Value:${sourceText(value)}}` };
      }
      return;
    case 'boolean':
      if (typeof value !== 'boolean') yield { path, message: `expected boolean, got &{${printValue(value)}}` };
      return;
    case 'integer':
    case 'number':
      if (typeof value !== 'number') {
        yield { path, message: `expected numeric (int or float), got ${sourceType(value)}` };
      }
      return;
    case 'quantity':
    case 'int-or-string':
    case 'time':
      if (typeof value === 'object') yield { path, message: `expected any scalar, got &{${printValue(value)}}` };
      return;
    case 'any':
    case 'either':
      return;
  }
}

function* memberProblems(shape: Shape, value: Record<string, unknown>, path: string): Iterable<Problem> {
  for (const name of Object.keys(value).sort()) {
    const at = path + elementText(fieldElement(name));
    if (shape.type === 'struct' && !shape.fields.has(name) && !shape.rest)
      yield { path: at, message: 'field not declared in schema' };
    else yield* problems(memberShape(shape, name), value[name], at);
  }
}

function* itemProblems(shape: ListShape, items: readonly unknown[], path: string): Iterable<Problem> {
  const keyed = shape.listType === 'map' || shape.listType === 'set';
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    let element = `i:${i}`;
    if (keyed) {
      try {
        element = itemElement(shape, item);
      } catch (err) {
        yield { path, message: `element ${i}: ${err instanceof Error ? err.message : String(err)}` };
        // Without a key no other item can be told from this one.
        return;
      }
      if (seen.has(element)) yield { path, message: `duplicate entries for key ${elementText(element)}` };
      seen.add(element);
    }
    yield* problems(shape.items, item, path + elementText(element));
  }
}

/** A value as upstream's language would write it in source. */
const sourceText = (value: unknown): string =>
  typeof value === 'object'
    ? `${sourceType(value)}{${printValue(value).replace(/^(map)?\[|\]$/g, '')}}`
    : String(value);

function sourceType(value: unknown): string {
  const kind = kindWord(value);
  if (kind === 'map') return 'map[string]interface {}';
  return kind === 'slice' ? '[]interface {}' : kind;
}
