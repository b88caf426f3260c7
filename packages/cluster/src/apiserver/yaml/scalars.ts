import { readsAsOther } from './resolve.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

interface Place {
  readonly column: number;
  readonly indent: number;
}

const width = 80;
const breaks = /[\n\r\u0085\u2028\u2029]/;
/** What libyaml takes for printable; characters beyond the basic plane aren't. */
const unprintable = /[^\n\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const leadingIndicator = /^([#,[\]{}&*!|>'"%@`]|[?:-](\s|$)|---|\.\.\.)/;
const innerIndicator = /:(\s|$)|\s#/;

/** How a string is written, by libyaml's analysis of it. */
export function styleOf(text: string, isKey: boolean): ScalarStyle {
  const special = unprintable.test(text) || / [\n\r\u0085\u2028\u2029]/.test(text);
  if (text.includes('\n')) return isKey || special || /[ ]$/.test(text) ? 'double' : 'literal';
  if (text === '' || readsAsOther(text)) return 'double';
  if (special) return 'double';
  const spaced = /^\s|\s$/.test(text) || breaks.test(text);
  if (!spaced && !leadingIndicator.test(text) && !innerIndicator.test(text)) return 'plain';
  return /[\n\r\u0085\u2028\u2029] /.test(text) ? 'double' : 'single';
}

/** Words, broken into lines where one has become too long. */
export const foldedPlain = (text: string, place: Place): string =>
  folded(text, place, { escape: (c) => c, quoted: false });

export function quotedSingle(text: string, place?: Place): string {
  const escape = (c: string) => (c === "'" ? "''" : c);
  return `'${folded(text, place && { ...place, column: place.column + 1 }, { escape, quoted: true })}'`;
}

/** Breaks at single spaces once the line has gone beyond the width. */
function folded(
  text: string,
  place: Place | undefined,
  { escape, quoted }: { escape: (c: string) => string; quoted: boolean },
): string {
  let out = '';
  let column = place?.column ?? 0;
  const all = Array.from(text);
  for (const [i, c] of all.entries()) {
    const lonely = c === ' ' && all[i - 1] !== ' ' && all[i + 1] !== ' ';
    const inside = !quoted || (i > 0 && i < all.length - 1);
    if (place && lonely && inside && column > width) {
      out += `\n${' '.repeat(place.indent)}`;
      column = place.indent;
      continue;
    }
    const shown = escape(c);
    out += shown;
    column += shown.length;
  }
  return out;
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

export function quotedDouble(text: string, place?: Place): string {
  let out = '"';
  let column = (place?.column ?? 0) + 1;
  const all = Array.from(text);
  let spaces = false;
  for (const [i, c] of all.entries()) {
    if (c === ' ' && place && !spaces && column > width && i > 0 && i < all.length - 1) {
      out += `\n${' '.repeat(place.indent)}${all[i + 1] === ' ' ? '\\' : ''}`;
      column = place.indent;
      spaces = true;
      continue;
    }
    const shown = escapes[c] ?? (unprintable.test(c) ? hexadecimal(c.codePointAt(0)!) : c);
    out += shown;
    column += shown.length;
    spaces = c === ' ';
  }
  return `${out}"`;
}

function hexadecimal(code: number): string {
  const hex = (digits: number) => code.toString(16).toUpperCase().padStart(digits, '0');
  if (code <= 0xff) return `\\x${hex(2)}`;
  return code <= 0xffff ? `\\u${hex(4)}` : `\\U${hex(8)}`;
}

/** Lines as they are. The header tells what their ends and their own indentation would leave open. */
export function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  const pad = ' '.repeat(indent);
  return `|${hint}${chomp}\n${lines.map((line) => (line ? pad + line : '')).join('\n')}`;
}
