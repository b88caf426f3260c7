import { Double, intOf, Uint, type Value } from '../values.ts';
import type { Token } from './tokens.ts';

/** What a literal of a kind says, or why it says nothing. */
export function literalValue(
  kind: string | undefined,
  { text }: Token,
  negative: boolean,
): Value | { readonly error: string } {
  switch (kind) {
    case 'int': {
      const value = intOf(BigInt(text) * (negative ? -1n : 1n));
      return value === undefined ? { error: 'invalid int literal' } : value;
    }
    case 'uint': {
      const value = BigInt(text.slice(0, -1));
      return value < 2n ** 64n ? new Uint(value) : { error: 'invalid uint literal' };
    }
    case 'double': {
      const value = Number(text) * (negative ? -1 : 1);
      return Number.isFinite(value) ? new Double(value) : { error: 'invalid double literal' };
    }
    case 'string':
      return unescapeString(text);
    case 'bytes':
      return unescapeBytes(text.slice(1));
    case 'boolTrue':
      return true;
    case 'boolFalse':
      return false;
    default:
      return null;
  }
}

/** What a literal of text says, or why it says nothing. Bytes come as characters up to 255 where escapes made them, as UTF-8 otherwise. */
function unescapeString(literal: string): string | { readonly error: string } {
  const { body, raw } = contents(literal);
  if (raw || !body.includes('\\')) return body;
  let out = '';
  for (let at = 0; at < body.length;) {
    const next = nextCharacter(body, at);
    if ('error' in next) return next;
    if (next.code > 0x10ffff || (next.code >= 0xd800 && next.code <= 0xdfff && next.escaped)) {
      return { error: 'invalid unicode code point' };
    }
    out += next.escaped ? String.fromCodePoint(next.code) : body[at];
    at = next.end;
  }
  return out;
}

function unescapeBytes(literal: string): Uint8Array | { readonly error: string } {
  const { body, raw } = contents(literal);
  if (raw || !body.includes('\\')) return Buffer.from(body);
  const parts: Buffer[] = [];
  let plain = '';
  for (let at = 0; at < body.length;) {
    const next = nextCharacter(body, at);
    if ('error' in next) return next;
    if (next.escaped && 'uU'.includes(body[at + 1]!)) return { error: 'unable to unescape string' };
    if (next.escaped) {
      parts.push(Buffer.from(plain), Buffer.of(next.code));
      plain = '';
    } else plain += body[at];
    at = next.end;
  }
  return Buffer.concat([...parts, Buffer.from(plain)]);
}

/** Without prefix and quotes; line ends are `\n` in every string. */
function contents(literal: string): { readonly body: string; readonly raw: boolean } {
  const text = literal.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const raw = text.startsWith('r') || text.startsWith('R');
  const quoted = raw ? text.slice(1) : text;
  const quotes = quoted.length >= 6 && (quoted.startsWith("'''") || quoted.startsWith('"""')) ? 3 : 1;
  return { body: quoted.slice(quotes, -quotes), raw };
}

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
};

const hexDigits: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };

type Character =
  { readonly code: number; readonly end: number; readonly escaped: boolean } | { readonly error: string };

/** The lexer let only whole escapes through. */
function nextCharacter(body: string, at: number): Character {
  if (body[at] !== '\\') return { code: body.charCodeAt(at), end: at + 1, escaped: false };
  const kind = body[at + 1] ?? '';
  const code = simple[kind];
  if (code !== undefined) return { code, end: at + 2, escaped: true };
  const digits = hexDigits[kind];
  if (digits !== undefined) {
    return { code: Number.parseInt(body.slice(at + 2, at + 2 + digits), 16), end: at + 2 + digits, escaped: true };
  }
  const octal = body.slice(at + 1, at + 4);
  if (!/^[0-3][0-7][0-7]$/.test(octal)) return { error: 'unable to unescape string' };
  return { code: Number.parseInt(octal, 8), end: at + 4, escaped: true };
}
