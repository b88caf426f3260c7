import type { Source } from '../source.ts';
import { endOfInput, type Token, type TokenName, type TokenType, tokenType } from './tokens.ts';

/** The tokens of a source: `all` with white space and comments, `visible` without, both ending with the end of input. */
export interface Tokens {
  readonly all: readonly Token[];
  readonly visible: readonly Token[];
}

/** Where a token ends; or, when nothing matches, the character at which the last hope died. */
type Match = { readonly type: TokenType; readonly end: number } | { readonly failedAt: number };

const hidden: ReadonlySet<TokenType> = new Set([tokenType('WHITESPACE'), tokenType('COMMENT')]);

/** The longest token at each place wins. What no token begins with is reported up to the character that disappointed, and left out. */
export function tokenize(source: Source, report: (offset: number, message: string) => void): Tokens {
  const { chars } = source;
  const all: Token[] = [];
  let at = 0;
  while (at < chars.length) {
    const match = matchAt(chars, at);
    if ('type' in match) {
      all.push({ type: match.type, text: source.slice(at, match.end), offset: at, index: all.length });
      at = match.end;
    } else {
      report(at, `token recognition error at: '${source.slice(at, match.failedAt + 1)}'`);
      at = match.failedAt + 1;
    }
  }
  all.push({ type: endOfInput, text: '<EOF>', offset: chars.length, index: all.length });
  return { all, visible: all.filter((t) => !hidden.has(t.type)) };
}

function matchAt(chars: readonly string[], at: number): Match {
  const char = chars[at]!;
  if (isSpace(char)) return token('WHITESPACE', endOf(chars, at, isSpace));
  if (char === '/' && chars[at + 1] === '/')
    return token(
      'COMMENT',
      endOf(chars, at, (c) => c !== '\n'),
    );
  if (isDigit(char) || (char === '.' && isDigit(chars[at + 1]))) return number(chars, at);
  if (char === '`') return escapedIdentifier(chars, at);
  if (char === '"' || char === "'") return string(chars, at, 'STRING');
  if (isLetter(char)) return prefixedString(chars, at) ?? word(chars, at);
  return operator(chars, at);
}

const token = (name: TokenName, end: number): Match => ({ type: tokenType(name), end });

const isSpace = (c: string): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n' || c === '\f';
const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9' && c.length === 1;
const isHex = (c: string | undefined): boolean => c !== undefined && /^[0-9a-fA-F]$/.test(c);
const isLetter = (c: string): boolean => /^[A-Za-z_]$/.test(c);
const isWordPart = (c: string): boolean => isLetter(c) || isDigit(c);

function endOf(chars: readonly string[], from: number, holds: (char: string) => boolean): number {
  let at = from;
  while (at < chars.length && holds(chars[at]!)) at++;
  return at;
}

const keywords: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);

function word(chars: readonly string[], at: number): Match {
  const end = endOf(chars, at, isWordPart);
  const text = chars.slice(at, end).join('');
  return token(keywords.has(text) ? (`'${text}'` as TokenName) : 'IDENTIFIER', end);
}

function escapedIdentifier(chars: readonly string[], at: number): Match {
  const end = endOf(chars, at + 1, (c) => isWordPart(c) || c === '.' || c === '-' || c === '/' || c === ' ');
  return end > at + 1 && chars[end] === '`' ? token('ESC_IDENTIFIER', end + 1) : { failedAt: end };
}

function number(chars: readonly string[], at: number): Match {
  if (chars[at] === '0' && chars[at + 1] === 'x' && isHex(chars[at + 2])) {
    return maybeUnsigned(chars, endOf(chars, at + 2, isHex));
  }
  const whole = endOf(chars, at, isDigit);
  let end = whole;
  if (chars[end] === '.' && isDigit(chars[end + 1])) end = endOf(chars, end + 1, isDigit);
  if (chars[end] === 'e' || chars[end] === 'E') {
    const digits = chars[end + 1] === '+' || chars[end + 1] === '-' ? end + 2 : end + 1;
    if (isDigit(chars[digits])) end = endOf(chars, digits, isDigit);
  }
  return end > whole ? token('NUM_FLOAT', end) : maybeUnsigned(chars, whole);
}

function maybeUnsigned(chars: readonly string[], end: number): Match {
  return chars[end] === 'u' || chars[end] === 'U' ? token('NUM_UINT', end + 1) : token('NUM_INT', end);
}

/** `r'…'`, `b"…"`, `br'…'`; when it doesn't end well the prefix is a name. */
function prefixedString(chars: readonly string[], at: number): Match | undefined {
  let quote = at;
  const bytes = /^[bB]$/.test(chars[quote]!);
  if (bytes) quote++;
  const raw = chars[quote] !== undefined && /^[rR]$/.test(chars[quote]!);
  if (raw) quote++;
  if (quote === at || (chars[quote] !== '"' && chars[quote] !== "'")) return undefined;
  const match = string(chars, quote, bytes ? 'BYTES' : 'STRING', raw);
  return 'type' in match ? match : undefined;
}

function string(chars: readonly string[], at: number, name: TokenName, raw = false): Match {
  const quote = chars[at]!;
  if (chars[at + 1] === quote && chars[at + 2] === quote) {
    const long = longString(chars, at + 3, quote, raw);
    return token(name, long ?? at + 2);
  }
  for (let i = at + 1; ;) {
    const char = chars[i];
    if (char === quote) return token(name, i + 1);
    if (char === undefined || char === '\n' || char === '\r') return { failedAt: i };
    const next = char === '\\' && !raw ? endOfEscape(chars, i) : { end: i + 1 };
    if ('failedAt' in next) return next;
    i = next.end;
  }
}

/** Where a string in three quotes ends, if it does. */
function longString(chars: readonly string[], from: number, quote: string, raw: boolean): number | undefined {
  for (let i = from; i < chars.length;) {
    if (chars[i] === quote && chars[i + 1] === quote && chars[i + 2] === quote) return i + 3;
    const next = chars[i] === '\\' && !raw ? endOfEscape(chars, i) : { end: i + 1 };
    if ('failedAt' in next) return undefined;
    i = next.end;
  }
  return undefined;
}

const hexDigits: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };

function endOfEscape(chars: readonly string[], at: number): { readonly end: number } | { readonly failedAt: number } {
  const kind = chars[at + 1];
  if (kind === undefined) return { failedAt: at + 1 };
  if ('abfnrtv"\'\\?`'.includes(kind)) return { end: at + 2 };
  const octal = kind >= '0' && kind <= '3';
  const count = octal ? 2 : hexDigits[kind];
  if (count === undefined) return { failedAt: at + 1 };
  for (let i = at + 2; i < at + 2 + count; i++) {
    if (!(octal ? /^[0-7]$/.test(chars[i] ?? '') : isHex(chars[i]))) return { failedAt: i };
  }
  return { end: at + 2 + count };
}

const operators: ReadonlySet<string> = new Set('== != < <= >= > && || [ ] { } ( ) . , - ! ? : + * / %'.split(' '));

function operator(chars: readonly string[], at: number): Match {
  const one = chars[at]!;
  const two = one + (chars[at + 1] ?? '');
  if (two.length === 2 && operators.has(two)) return token(`'${two}'` as TokenName, at + 2);
  if (operators.has(one)) return token(`'${one}'` as TokenName, at + 1);
  return { failedAt: one === '=' || one === '&' || one === '|' ? at + 1 : at };
}
