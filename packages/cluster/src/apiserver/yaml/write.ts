import { isObject } from '@tiphys/sdk/machinery';
import { foldedPlain, literal, quotedDouble, quotedSingle, styleOf } from './scalars.ts';
import { byYamlKey } from './keys.ts';

const indentStep = 2;
/** Keys beyond this many bytes, or of several lines, stand by themselves after a question mark. */
const longestSimpleKey = 128;

/** A JSON value as upstream's YAML writer lays it out (yaml.v2: keys sorted, lists not indented, lines folded at 80). */
export function writeYaml(value: unknown): string {
  if (isCollection(value) && !isEmpty(value)) return block(value, 0);
  return `${scalar(value, { column: 0, indent: 0 })}\n`;
}

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

const isCollection = (value: unknown): value is Collection => Array.isArray(value) || isObject(value);
const isEmpty = (value: Collection): boolean =>
  Array.isArray(value) ? value.length === 0 : entriesOf(value as Record<string, unknown>).length === 0;
const entriesOf = (value: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(value).filter(([, v]) => v !== undefined);

function block(value: Collection, indent: number): string {
  return Array.isArray(value) ? sequence(value, indent) : mapping(value as Record<string, unknown>, indent);
}

function sequence(items: readonly unknown[], indent: number): string {
  const pad = ' '.repeat(indent);
  return items
    .map((item) => {
      // The first line of what a dash stands before shares the dash's line.
      if (isCollection(item) && !isEmpty(item))
        return `${pad}- ${block(item, indent + indentStep).slice(indent + indentStep)}`;
      return `${pad}- ${scalar(item, { column: indent + 2, indent: indent + indentStep })}\n`;
    })
    .join('');
}

function mapping(object: Readonly<Record<string, unknown>>, indent: number): string {
  const pad = ' '.repeat(indent);
  return entriesOf(object)
    .sort(([a], [b]) => byYamlKey(a, b))
    .map(([name, value]) => {
      const simple = Buffer.byteLength(name) <= longestSimpleKey && !/[\n\u0085\u2028\u2029]/.test(name);
      const shown = simple ? key(name) : scalar(name, { column: indent + 2, indent: indent + indentStep });
      const head = simple ? `${pad}${shown}:` : `${pad}? ${shown}\n${pad}:`;
      if (!isCollection(value) || isEmpty(value)) {
        const column = (simple ? head.length : indent + 1) + 1;
        return `${head} ${scalar(value, { column, indent: indent + indentStep })}\n`;
      }
      return `${head}\n${block(value, Array.isArray(value) ? indent : indent + indentStep)}`;
    })
    .join('');
}

function key(name: string): string {
  switch (styleOf(name, true)) {
    case 'plain':
      return name;
    case 'single':
      return quotedSingle(name);
    default:
      return quotedDouble(name);
  }
}

/** Where a scalar begins, and how far its further lines are indented. */
interface Place {
  readonly column: number;
  readonly indent: number;
}

function scalar(value: unknown, place: Place): string {
  if (Array.isArray(value)) return '[]';
  if (isObject(value)) return '{}';
  if (typeof value !== 'string') return value === null || value === undefined ? 'null' : numberOrBool(value);
  switch (styleOf(value, false)) {
    case 'plain':
      return foldedPlain(value, place);
    case 'single':
      return quotedSingle(value, place);
    case 'literal':
      return literal(value, place.indent);
    default:
      return quotedDouble(value, place);
  }
}

function numberOrBool(value: unknown): string {
  const text = String(value);
  // Go writes an exponent of one digit with two.
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
