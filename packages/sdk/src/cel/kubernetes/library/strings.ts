import { quoted as goQuoted } from '../../../machinery/index.ts';
import type { CallEstimate, CallToEstimate, Estimate } from '../../declarations.ts';
import type { Library } from '../../env.ts';
import { FoundTexts } from '../../lists.ts';
import { types } from '../../types.ts';
import { EvalError, type Int, isError, type ListValue, type Result, type Value } from '../../values.ts';
import { formatValidator } from '../format-check.ts';
import { formatText } from '../format-text.ts';
import { product, scaled, sum, unbounded } from '../estimates.ts';
import { fn, member, overload, perCharacter, reading } from '../functions.ts';
import { elementsOf } from '../list-elements.ts';
import { sizeOf, traversalCost } from '../sizes.ts';

/** cel-go's string extension, its second version. Places in a text are counted in code points. */

const { string: text, int, list } = types;
const outOfRange = (index: Int): EvalError => new EvalError(`index out of range: ${index}`);

function charAt(s: string, index: Int): string | EvalError {
  const chars = Array.from(s);
  return index < 0 || index > chars.length ? outOfRange(index) : (chars[Number(index)] ?? '');
}

function indexOf(s: string, part: string, offset: Int = 0): Int | EvalError {
  if (part === '') return offset;
  if (offset < 0) return outOfRange(offset);
  return place(s, part, (chars, wanted) => {
    for (let i = Number(offset); i + wanted.length <= chars.length; i++) if (isAt(chars, wanted, i)) return i;
    return -1;
  });
}

function lastIndexOf(s: string, part: string, offset?: Int): Int | EvalError {
  const length = Array.from(s).length;
  if (part === '') return offset ?? length;
  const from = offset ?? length - 1;
  if (offset === undefined && Buffer.byteLength(s) < Buffer.byteLength(part)) return -1;
  if (from < 0) return outOfRange(from);
  if (from >= length) return -1;
  return place(s, part, (chars, wanted) => {
    for (let i = Math.min(Number(from), chars.length - wanted.length); i >= 0; i--) {
      if (isAt(chars, wanted, i)) return i;
    }
    return -1;
  });
}

const place = (s: string, part: string, find: (chars: string[], wanted: string[]) => number): number =>
  find(Array.from(s), Array.from(part));

const isAt = (chars: readonly string[], wanted: readonly string[], at: number): boolean =>
  wanted.every((c, i) => chars[at + i] === c);

const lowerAscii = (s: string): string => s.replace(/[A-Z]/g, (c) => c.toLowerCase());
const upperAscii = (s: string): string => s.replace(/[a-z]/g, (c) => c.toUpperCase());

/** The first so many, all when there is a negative number of them. An empty text is found around every character. */
function replace(s: string, part: string, by: string, count: Int = -1): string {
  const most = count < 0 ? Infinity : Number(count);
  const pieces = part === '' ? ['', ...Array.from(s)] : s.split(part);
  if (part === '') pieces.push('');
  let replaced = pieces[0] ?? '';
  for (const [i, piece] of pieces.slice(1).entries()) replaced += (i < most ? by : part) + piece;
  return replaced;
}

function split(s: string, separator: string, count: Int = -1): ListValue {
  if (count === 0) return new FoundTexts([]);
  const pieces = separator === '' ? Array.from(s) : s.split(separator);
  const most = count < 0 ? pieces.length : Number(count);
  if (pieces.length <= most) return new FoundTexts(pieces);
  return new FoundTexts([...pieces.slice(0, most - 1), pieces.slice(most - 1).join(separator)]);
}

function substring(s: string, start: Int, end?: Int): string | EvalError {
  const chars = Array.from(s);
  if (end !== undefined && start > end) return new EvalError(`invalid substring range. start: ${start}, end: ${end}`);
  for (const at of [start, end ?? start]) if (at < 0 || at > chars.length) return outOfRange(at);
  return chars.slice(Number(start), end === undefined ? undefined : Number(end)).join('');
}

/** What Unicode calls white space, which isn't quite what JavaScript does. */
function trim(s: string): string {
  let [start, end] = [0, s.length];
  while (start < end && isSpace.test(s[start]!)) start++;
  while (end > start && isSpace.test(s[end - 1]!)) end--;
  return s.slice(start, end);
}

const isSpace = /\p{White_Space}/u;

function join(of: ListValue, separator = ''): string | EvalError {
  const parts: string[] = [];
  for (const element of elementsOf(of)) {
    if (isError(element)) return element;
    if (typeof element !== 'string') return new EvalError(`join: invalid input: ${String(element)}`);
    parts.push(element);
  }
  return parts.join(separator);
}

/** In double quotes, with the escapes that the language reads. */
const quote = (s: string): string =>
  `"${Array.from(s, (c) => (escaped.has(c) ? goQuoted(c).slice(1, -1) : c)).join('')}"`;

const escaped = new Set('"\\\u0007\b\f\n\r\t\v');

const wholeReading = reading({ keepsSize: true });

const searching = {
  cost: ([s]: readonly Value[]): number => traversalCost(s!),
  estimate: ({ target }: CallToEstimate): CallEstimate => ({ cost: scaled(target!.size, perCharacter) }),
};

/** Reading the text and making another one. */
const readAndMade = ([s]: readonly Value[]): number => Math.ceil(sizeOf(s!) * 2 * perCharacter);

const replacing = {
  cost: readAndMade,
  estimate: ({ target, args: [part, by] }: CallToEstimate): CallEstimate => ({
    cost: scaled(target!.size, 2 * perCharacter),
    resultSize: sizeAfterReplacing(target!.size, part!.size, by!.size),
  }),
};

/** How long and how short a text can be when parts of some sizes were replaced by others. */
function sizeAfterReplacing(whole: Estimate, part: Estimate, by: Estimate): Estimate {
  const count = { min: 0, max: 0 };
  const kept = { min: 0, max: 0 };
  if (part.min === 0) {
    count.max = Math.min(whole.max + 1, unbounded);
    kept.max = whole.max;
  } else if (by.max <= part.min) kept.max = whole.max;
  else count.max = Math.ceil(whole.max / part.min);
  if (part.max === 0) {
    count.min = Math.min(whole.min + 1, unbounded);
    kept.min = whole.min;
  } else if (part.max <= by.min) kept.min = whole.min;
  else count.min = Math.ceil(whole.min / part.max);
  return sum(product(count, by), kept);
}

const splitting = {
  cost: readAndMade,
  estimate: ({ target, args: [, count] }: CallToEstimate): CallEstimate => {
    const literal = count?.expr.kind === 'literal' ? count.expr.value : undefined;
    const said = typeof literal === 'number' ? (literal < 0 ? unbounded : literal) : undefined;
    return {
      cost: scaled(target!.size, 2 * perCharacter),
      resultSize: { min: 0, max: said ?? target!.size.max },
    };
  },
};

const joining = {
  cost: (_args: readonly Value[], result: Result): number => Math.ceil(sizeOf(result) * 2 * perCharacter),
  estimate: ({ target, args: [separator] }: CallToEstimate): CallEstimate => {
    const { size, elementSize } = target!;
    const between = { min: Math.max(0, size.min - 1), max: Math.max(0, size.max - 1) };
    const elements = product(size, elementSize);
    const all = separator ? sum(elements, product(separator.size, between)) : elements;
    return { cost: scaled(all, perCharacter), resultSize: all };
  },
};

const formatting = { cost: ([s]: readonly Value[]): number => Math.ceil(sizeOf(s!) * perCharacter) };

const onText = (name: string, id: string, call: (s: string) => Result) =>
  fn(name, member(id, { parameters: [text], result: text, call, ...wholeReading }));

export const stringFunctions: Library = {
  name: 'cel.lib.ext.strings',
  functions: [
    fn('charAt', member('string_char_at_int', { parameters: [text, int], result: text, call: charAt })),
    fn(
      'indexOf',
      member('string_index_of_string', { parameters: [text, text], result: int, call: indexOf, ...searching }),
      member('string_index_of_string_int', { parameters: [text, text, int], result: int, call: indexOf, ...searching }),
    ),
    fn(
      'lastIndexOf',
      member('string_last_index_of_string', { parameters: [text, text], result: int, call: lastIndexOf, ...searching }),
      member('string_last_index_of_string_int', {
        parameters: [text, text, int],
        result: int,
        call: lastIndexOf,
        ...searching,
      }),
    ),
    onText('lowerAscii', 'string_lower_ascii', lowerAscii),
    onText('upperAscii', 'string_upper_ascii', upperAscii),
    onText('trim', 'string_trim', trim),
    fn(
      'replace',
      member('string_replace_string_string', {
        parameters: [text, text, text],
        result: text,
        call: replace,
        ...replacing,
      }),
      member('string_replace_string_string_int', {
        parameters: [text, text, text, int],
        result: text,
        call: replace,
        ...replacing,
      }),
    ),
    fn(
      'split',
      member('string_split_string', { parameters: [text, text], result: list(text), call: split, ...splitting }),
      member('string_split_string_int', {
        parameters: [text, text, int],
        result: list(text),
        call: split,
        ...splitting,
      }),
    ),
    fn(
      'substring',
      member('string_substring_int', { parameters: [text, int], result: text, call: substring, ...wholeReading }),
      member('string_substring_int_int', {
        parameters: [text, int, int],
        result: text,
        call: substring,
        ...wholeReading,
      }),
    ),
    fn(
      'join',
      member('list_join', { parameters: [list(text)], result: text, call: join, ...joining }),
      member('list_join_string', { parameters: [list(text), text], result: text, call: join, ...joining }),
    ),
    fn(
      'format',
      member('string_format', { parameters: [text, list(types.dyn)], result: text, call: formatText, ...formatting }),
    ),
    fn('strings.quote', overload('strings_quote', { parameters: [text], result: text, call: quote, ...formatting })),
  ],
  validators: [formatValidator],
};
