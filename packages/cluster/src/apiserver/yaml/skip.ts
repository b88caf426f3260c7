import { isBlank, isBlankOrEnd, isBreak, type Mark, type YamlCursor } from './cursor.ts';

// Scalars and tags are only passed over: what they say is somebody else's.

const uri = /[\w;/?:@&=+$,.!~*'()[\]%-]/;
const escapes = '0abt\tnvfre "\'\\N_LP';
const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Gives the tag's handle: `!` for those that have none. */
export function skipTag(cursor: YamlCursor): string {
  const { mark } = cursor;
  let handle = '!';
  if (cursor.char(1) === '<') {
    cursor.skip(2);
    if (!skipUri(cursor, mark)) throw cursor.error('did not find expected tag URI', mark);
    if (cursor.char() !== '>') throw cursor.error("did not find the expected '>'", mark);
    cursor.skip();
  } else {
    cursor.skip();
    const word = cursor.word();
    const hasHandle = cursor.char() === '!';
    if (hasHandle) {
      cursor.skip();
      handle = `!${word}!`;
    }
    if (!skipUri(cursor, mark) && hasHandle) throw cursor.error('did not find expected tag URI', mark);
  }
  if (!isBlankOrEnd(cursor.char())) throw cursor.error('did not find expected whitespace or line break', mark);
  return handle;
}

const skipUri = (cursor: YamlCursor, begin: Mark): string =>
  cursor.until((c) => {
    if (c !== '%') return !uri.test(c);
    if (!/^%[\da-fA-F]{2}$/.test(cursor.next(3))) throw cursor.error('did not find URI escaped octet', begin);
    return false;
  });

/** `around`: how far the block around it is indented, -1 outside of all. */
export function skipBlockScalar(cursor: YamlCursor, around: number): void {
  const { mark } = cursor;
  cursor.skip();
  const more = skipBlockHeader(cursor, mark);
  const indent = skipIndent(cursor, { known: more && Math.max(around, 0) + more, around, begin: mark });
  while (cursor.column === indent && cursor.char() !== '') {
    cursor.skipToBreak();
    if (cursor.char() !== '') cursor.skipBreak();
    skipIndent(cursor, { known: indent, around, begin: mark });
  }
}

/** A sign and a digit in any order; gives the digit, by which the text is indented more than what is around it. */
function skipBlockHeader(cursor: YamlCursor, begin: Mark): number {
  let more = 0;
  for (let seen = ''; ; cursor.skip()) {
    const c = cursor.char();
    const isNew = /[+-]/.test(c) ? !/[+-]/.test(seen) : /\d/.test(c) && !/\d/.test(seen);
    if (!isNew) break;
    if (c === '0') throw cursor.error('found an indentation indicator equal to 0', begin);
    if (/\d/.test(c)) more = Number(c);
    seen += c;
  }
  while (isBlank(cursor.char())) cursor.skip();
  if (cursor.char() === '#') cursor.skipToBreak();
  if (cursor.char() === '') return more;
  if (!isBreak(cursor.char())) throw cursor.error('did not find expected comment or line break', begin);
  cursor.skipBreak();
  return more;
}

/** Goes to the next line that isn't empty; tells how far the scalar is indented, which its first line says unless it is known. */
function skipIndent(
  cursor: YamlCursor,
  { known, around, begin }: { known: number; around: number; begin: Mark },
): number {
  let furthest = 0;
  for (;;) {
    while ((!known || cursor.column < known) && cursor.char() === ' ') cursor.skip();
    furthest = Math.max(furthest, cursor.column);
    if ((!known || cursor.column < known) && cursor.char() === '\t') {
      throw cursor.error('found a tab character where an indentation space is expected', begin);
    }
    if (!isBreak(cursor.char())) return known || Math.max(furthest, around + 1, 1);
    cursor.skipBreak();
  }
}

export function skipQuoted(cursor: YamlCursor, quote: string): void {
  const { mark } = cursor;
  cursor.skip();
  for (;;) {
    if (cursor.isDocumentMark()) throw cursor.error('found unexpected document indicator', mark);
    const c = cursor.char();
    if (c === '') throw cursor.error('found unexpected end of stream', mark);
    if (isBreak(c)) cursor.skipBreak();
    else if (c === quote) {
      cursor.skip();
      // Two single quotes are one that is meant.
      if (quote === '"' || cursor.char() !== quote) return;
      cursor.skip();
    } else if (c === '\\' && quote === '"') skipEscape(cursor, mark);
    else cursor.skip();
  }
}

function skipEscape(cursor: YamlCursor, begin: Mark): void {
  const c = cursor.char(1);
  if (isBreak(c)) {
    cursor.skip();
    return cursor.skipBreak();
  }
  const digits = hexDigits[c] ?? 0;
  if (!digits && (c === '' || !escapes.includes(c))) throw cursor.error('found unknown escape character', begin);
  cursor.skip(2);
  const code = cursor.next(digits);
  if (digits && !(code.length === digits && /^[\da-fA-F]*$/.test(code))) {
    throw cursor.error('did not find expected hexdecimal number', begin);
  }
  const value = parseInt(code, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
    throw cursor.error('found invalid Unicode character escape code', begin);
  }
  cursor.skip(digits);
}

/** Tells whether it ended on a line that it didn't begin on, with nothing of it there. */
export function skipPlain(cursor: YamlCursor, { indent, isInFlow }: { indent: number; isInFlow: boolean }): boolean {
  const { mark } = cursor;
  const isOver = (): boolean => {
    const c = cursor.char();
    return (c === ':' && isBlankOrEnd(cursor.char(1))) || (isInFlow && ',?[]{}'.includes(c));
  };
  let isOnNewLine = false;
  for (;;) {
    if (cursor.isDocumentMark() || cursor.char() === '#') return isOnNewLine;
    while (!isBlankOrEnd(cursor.char()) && !isOver()) {
      isOnNewLine = false;
      cursor.skip();
    }
    if (!isBlank(cursor.char()) && !isBreak(cursor.char())) return isOnNewLine;
    while (isBlank(cursor.char()) || isBreak(cursor.char())) {
      if (isBreak(cursor.char())) {
        cursor.skipBreak();
        isOnNewLine = true;
      } else if (isOnNewLine && cursor.column < indent && cursor.char() === '\t') {
        throw cursor.error('found a tab character that violates indentation', mark);
      } else cursor.skip();
    }
    if (!isInFlow && cursor.column < indent) return isOnNewLine;
  }
}
