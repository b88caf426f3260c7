/** A place in a text: lines and columns are counted from 0. */
export interface Mark {
  readonly line: number;
  readonly column: number;
  readonly at: number;
}

export type TokenType =
  | 'stream end'
  | 'directive'
  | 'document start'
  | 'document end'
  | 'block sequence'
  | 'block mapping'
  | 'block end'
  | 'flow sequence'
  | 'flow sequence end'
  | 'flow mapping'
  | 'flow mapping end'
  | 'block entry'
  | 'flow entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export interface Token {
  readonly type: TokenType;
  readonly mark: Mark;
  /** The name of an anchor or alias, the handle of a tag. */
  readonly name?: string;
}

/** What a scanner stumbles over, in upstream's words: where, and where what it was reading began. */
export class ScanError extends Error {
  readonly mark: Mark;
  readonly begin: Mark | undefined;

  constructor(words: string, mark: Mark, begin?: Mark) {
    super(words);
    this.mark = mark;
    this.begin = begin;
  }
}

/** Something that turns out to be a key when a colon follows on its line. */
interface PossibleKey {
  readonly mark: Mark;
  /** There is nothing else that it could be. */
  readonly isRequired: boolean;
  readonly number: number;
}

/** A key may be this long. */
const longestKey = 1024;
const breaks = '\r\n\u0085\u2028\u2029';
const indicators = `-?:,[]{}#&*!|>'"%@\``;
const uri = /[\w;/?:@&=+$,.!~*'()[\]%-]/;
const escapes = '0abt\tnvfre "\'\\N_LP';
const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * YAML 1.1 as the tokens that upstream's reader sees, whose mistakes it makes. Only what says whether a text is well formed, and
 * where it isn't, is looked at; what scalars say is not.
 */
export class YamlScanner {
  readonly #text: string;
  #at = 0;
  #line = 0;
  #column = 0;
  #queue: Token[] = [];
  #taken = 0;
  #flowLevel = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  /** One for each level of brackets. */
  readonly #keys: (PossibleKey | undefined)[] = [undefined];
  #mayBeKey = true;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('\ufeff')) this.#at = 1;
  }

  peek(): Token {
    while (this.#needsMore()) this.#fetch();
    return this.#queue[0]!;
  }

  take(): Token {
    const token = this.peek();
    this.#queue.shift();
    this.#taken++;
    return token;
  }

  /** The first token of the queue is known for what it is once it can no longer become a key. */
  #needsMore(): boolean {
    if (!this.#queue.length) return true;
    const level = this.#keys.findIndex((k) => k?.number === this.#taken);
    return level >= 0 && this.#isStillPossible(level);
  }

  #isStillPossible(level: number): boolean {
    const key = this.#keys[level];
    if (!key) return false;
    if (key.mark.line === this.#line && this.#at - key.mark.at <= longestKey) return true;
    if (key.isRequired) throw this.#error("could not find expected ':'", key.mark);
    this.#keys[level] = undefined;
    return false;
  }

  #fetch(): void {
    this.#skipToToken();
    this.#closeBlocks(this.#column);
    const c = this.#char();
    const next = this.#char(1);
    if (c === '') return this.#end();
    if (this.#column === 0 && c === '%') return this.#directive();
    if (this.#column === 0 && this.#isDocumentMark()) return this.#documentMark(c);
    const isInFlow = this.#flowLevel > 0;
    if (c === '[' || c === '{') return this.#open(c);
    if (c === ']' || c === '}') return this.#close(c);
    if (c === ',') return this.#flowEntry();
    if (c === '-' && isBlankOrEnd(next)) return this.#blockEntry();
    if (c === '?' && (isInFlow || isBlankOrEnd(next))) return this.#key();
    if (c === ':' && (isInFlow || isBlankOrEnd(next))) return this.#value();
    if (c === '*' || c === '&') return this.#anchor(c === '*' ? 'alias' : 'anchor');
    if (c === '!') return this.#tag();
    if ((c === '|' || c === '>') && !isInFlow) return this.#blockScalar();
    if (c === "'" || c === '"') return this.#quoted(c);
    const isPlain =
      !(isBlankOrEnd(c) || indicators.includes(c)) ||
      (c === '-' && !isBlank(next)) ||
      (!isInFlow && (c === '?' || c === ':') && !isBlankOrEnd(next));
    if (isPlain) return this.#plain();
    throw this.#error('found character that cannot start any token', this.#mark());
  }

  #skipToToken(): void {
    for (;;) {
      // A tab at the beginning of a line, or after what may be followed by a key, is no indentation.
      while (this.#char() === ' ' || (this.#char() === '\t' && (this.#flowLevel > 0 || !this.#mayBeKey))) this.#skip();
      if (this.#char() === '#') this.#skipToBreak();
      if (!isBreak(this.#char())) return;
      this.#skipBreak();
      if (this.#flowLevel === 0) this.#mayBeKey = true;
    }
  }

  #closeBlocks(column: number): void {
    if (this.#flowLevel > 0) return;
    for (; this.#indent > column; this.#indent = this.#indents.pop()!) this.#push('block end');
  }

  /** Opens a block when this is further to the right than the one around it; `before` is the number of the token to stand before. */
  #openBlock(type: 'block sequence' | 'block mapping', mark: Mark, before?: number): void {
    if (this.#flowLevel > 0 || this.#indent >= mark.column) return;
    this.#indents.push(this.#indent);
    this.#indent = mark.column;
    if (before === undefined) this.#queue.push({ type, mark });
    else this.#queue.splice(before - this.#taken, 0, { type, mark });
  }

  #saveKey(): void {
    if (!this.#mayBeKey) return;
    this.#dropKey();
    const isRequired = this.#flowLevel === 0 && this.#indent === this.#column;
    this.#keys[this.#flowLevel] = { mark: this.#mark(), isRequired, number: this.#taken + this.#queue.length };
  }

  #dropKey(): void {
    const key = this.#keys[this.#flowLevel];
    if (key?.isRequired) throw this.#error("could not find expected ':'", key.mark);
    this.#keys[this.#flowLevel] = undefined;
  }

  #end(): void {
    // A text ends with a line, whether or not it says so.
    if (this.#column !== 0) {
      this.#column = 0;
      this.#line++;
    }
    this.#leaveDocument();
    this.#push('stream end');
  }

  #leaveDocument(): void {
    this.#closeBlocks(-1);
    this.#dropKey();
    this.#mayBeKey = false;
  }

  #directive(): void {
    this.#leaveDocument();
    const mark = this.#mark();
    this.#skip();
    const name = this.#word();
    if (!name) throw this.#error('could not find expected directive name', mark);
    if (!isBlankOrEnd(this.#char())) throw this.#error('found unexpected non-alphabetical character', mark);
    if (name !== 'YAML' && name !== 'TAG') throw this.#error('found unknown directive name', mark);
    while (isBlank(this.#char())) this.#skip();
    const handle = name === 'TAG' ? this.#until((c) => isBlankOrEnd(c)) : '';
    this.#skipToBreak();
    this.#queue.push({ type: 'directive', mark, name: handle });
  }

  #isDocumentMark(): boolean {
    const three = this.#text.slice(this.#at, this.#at + 3);
    return (three === '---' || three === '...') && isBlankOrEnd(this.#char(3));
  }

  #documentMark(c: string): void {
    this.#leaveDocument();
    this.#push(c === '-' ? 'document start' : 'document end', 3);
  }

  #open(c: '[' | '{'): void {
    this.#saveKey();
    this.#flowLevel++;
    this.#keys.push(undefined);
    this.#mayBeKey = true;
    this.#push(c === '[' ? 'flow sequence' : 'flow mapping', 1);
  }

  #close(c: ']' | '}'): void {
    this.#dropKey();
    if (this.#flowLevel > 0) {
      this.#flowLevel--;
      this.#keys.pop();
    }
    this.#mayBeKey = false;
    this.#push(c === ']' ? 'flow sequence end' : 'flow mapping end', 1);
  }

  #flowEntry(): void {
    this.#dropKey();
    this.#mayBeKey = true;
    this.#push('flow entry', 1);
  }

  #blockEntry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#mayBeKey) {
        throw this.#error('block sequence entries are not allowed in this context', this.#mark());
      }
      this.#openBlock('block sequence', this.#mark());
    }
    this.#dropKey();
    this.#mayBeKey = true;
    this.#push('block entry', 1);
  }

  #key(): void {
    if (this.#flowLevel === 0) {
      if (!this.#mayBeKey) throw this.#error('mapping keys are not allowed in this context', this.#mark());
      this.#openBlock('block mapping', this.#mark());
    }
    this.#dropKey();
    this.#mayBeKey = this.#flowLevel === 0;
    this.#push('key', 1);
  }

  #value(): void {
    const key = this.#keys[this.#flowLevel];
    if (key && this.#isStillPossible(this.#flowLevel)) {
      this.#queue.splice(key.number - this.#taken, 0, { type: 'key', mark: key.mark });
      this.#openBlock('block mapping', key.mark, key.number);
      this.#keys[this.#flowLevel] = undefined;
      this.#mayBeKey = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#mayBeKey) throw this.#error('mapping values are not allowed in this context', this.#mark());
        this.#openBlock('block mapping', this.#mark());
      }
      this.#mayBeKey = this.#flowLevel === 0;
    }
    this.#push('value', 1);
  }

  #anchor(type: 'alias' | 'anchor'): void {
    this.#saveKey();
    this.#mayBeKey = false;
    const mark = this.#mark();
    this.#skip();
    const name = this.#word();
    const c = this.#char();
    if (!name || !(isBlankOrEnd(c) || '?:,]}%@`'.includes(c))) {
      throw this.#error('did not find expected alphabetic or numeric character', mark);
    }
    this.#queue.push({ type, mark, name });
  }

  #tag(): void {
    this.#saveKey();
    this.#mayBeKey = false;
    const mark = this.#mark();
    let name = '!';
    if (this.#char(1) === '<') {
      this.#skip(2);
      if (!this.#uri(mark)) throw this.#error('did not find expected tag URI', mark);
      if (this.#char() !== '>') throw this.#error("did not find the expected '>'", mark);
      this.#skip();
    } else {
      this.#skip();
      const word = this.#word();
      const hasHandle = this.#char() === '!';
      if (hasHandle) {
        this.#skip();
        name = `!${word}!`;
      }
      const suffix = this.#uri(mark);
      if (hasHandle && !suffix) throw this.#error('did not find expected tag URI', mark);
    }
    if (!isBlankOrEnd(this.#char())) throw this.#error('did not find expected whitespace or line break', mark);
    this.#queue.push({ type: 'tag', mark, name });
  }

  #uri(mark: Mark): string {
    return this.#until((c) => {
      const isEscape = c === '%';
      if (isEscape && !/^%[\da-fA-F]{2}$/.test(this.#text.slice(this.#at, this.#at + 3))) {
        throw this.#error('did not find URI escaped octet', mark);
      }
      return !isEscape && !uri.test(c);
    });
  }

  #blockScalar(): void {
    this.#dropKey();
    this.#mayBeKey = true;
    const mark = this.#mark();
    this.#skip();
    let more = 0;
    for (let seen = ''; ; this.#skip()) {
      const c = this.#char();
      const isNew = c !== '' && (/[+-]/.test(c) ? !/[+-]/.test(seen) : /\d/.test(c) && !/\d/.test(seen));
      if (!isNew) break;
      if (c === '0') throw this.#error('found an indentation indicator equal to 0', mark);
      if (/\d/.test(c)) more = Number(c);
      seen += c;
    }
    while (isBlank(this.#char())) this.#skip();
    if (this.#char() === '#') this.#skipToBreak();
    if (this.#char() !== '' && !isBreak(this.#char())) {
      throw this.#error('did not find expected comment or line break', mark);
    }
    if (this.#char() !== '') this.#skipBreak();
    const indent = this.#blockIndent(more && Math.max(this.#indent, 0) + more, mark);
    while (this.#column === indent && this.#char() !== '') {
      this.#skipToBreak();
      if (this.#char() !== '') this.#skipBreak();
      this.#blockIndent(indent, mark);
    }
    this.#queue.push({ type: 'scalar', mark });
  }

  /** Goes to the next line that isn't empty; tells how far a block scalar is indented, if that isn't known. */
  #blockIndent(known: number, mark: Mark): number {
    let furthest = 0;
    for (;;) {
      while ((!known || this.#column < known) && this.#char() === ' ') this.#skip();
      furthest = Math.max(furthest, this.#column);
      if ((!known || this.#column < known) && this.#char() === '\t') {
        throw this.#error('found a tab character where an indentation space is expected', mark);
      }
      if (!isBreak(this.#char())) return known || Math.max(furthest, this.#indent + 1, 1);
      this.#skipBreak();
    }
  }

  #quoted(quote: string): void {
    this.#saveKey();
    this.#mayBeKey = false;
    const mark = this.#mark();
    this.#skip();
    for (;;) {
      if (this.#column === 0 && this.#isDocumentMark()) {
        throw this.#error('found unexpected document indicator', mark);
      }
      const c = this.#char();
      if (c === '') throw this.#error('found unexpected end of stream', mark);
      if (isBreak(c)) this.#skipBreak();
      else if (c === quote) {
        this.#skip();
        if (quote === '"' || this.#char() !== quote) break;
        this.#skip();
      } else if (c === '\\' && quote === '"') this.#escape(mark);
      else this.#skip();
    }
    this.#queue.push({ type: 'scalar', mark });
  }

  #escape(mark: Mark): void {
    const c = this.#char(1);
    if (isBreak(c)) {
      this.#skip();
      return this.#skipBreak();
    }
    const digits = hexDigits[c] ?? 0;
    if (!digits && (c === '' || !escapes.includes(c))) throw this.#error('found unknown escape character', mark);
    this.#skip(2);
    const code = this.#text.slice(this.#at, this.#at + digits);
    if (digits && !(code.length === digits && /^[\da-fA-F]*$/.test(code))) {
      throw this.#error('did not find expected hexdecimal number', mark);
    }
    const value = parseInt(code, 16);
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
      throw this.#error('found invalid Unicode character escape code', mark);
    }
    this.#skip(digits);
  }

  #plain(): void {
    this.#saveKey();
    this.#mayBeKey = false;
    const mark = this.#mark();
    const indent = this.#indent + 1;
    let isOnNewLine = false;
    for (;;) {
      if ((this.#column === 0 && this.#isDocumentMark()) || this.#char() === '#') break;
      while (!isBlankOrEnd(this.#char()) && !this.#endsPlain()) {
        isOnNewLine = false;
        this.#skip();
      }
      if (!isBlank(this.#char()) && !isBreak(this.#char())) break;
      for (; isBlank(this.#char()) || isBreak(this.#char());) {
        if (isBreak(this.#char())) {
          this.#skipBreak();
          isOnNewLine = true;
          continue;
        }
        if (isOnNewLine && this.#column < indent && this.#char() === '\t') {
          throw this.#error('found a tab character that violates indentation', mark);
        }
        this.#skip();
      }
      if (this.#flowLevel === 0 && this.#column < indent) break;
    }
    if (isOnNewLine) this.#mayBeKey = true;
    this.#queue.push({ type: 'scalar', mark });
  }

  #endsPlain(): boolean {
    const c = this.#char();
    return (c === ':' && isBlankOrEnd(this.#char(1))) || (this.#flowLevel > 0 && ',?[]{}'.includes(c));
  }

  #word(): string {
    return this.#until((c) => !/[\w-]/.test(c));
  }

  #until(ends: (c: string) => boolean): string {
    const from = this.#at;
    while (this.#char() !== '' && !ends(this.#char())) this.#skip();
    return this.#text.slice(from, this.#at);
  }

  #push(type: TokenType, length = 0): void {
    this.#queue.push({ type, mark: this.#mark() });
    this.#skip(length);
  }

  /** A character ahead; nothing at the end. */
  #char(ahead = 0): string {
    return this.#text[this.#at + ahead] ?? '';
  }

  #skip(count = 1): void {
    this.#at += count;
    this.#column += count;
  }

  #skipToBreak(): void {
    while (this.#char() !== '' && !isBreak(this.#char())) this.#skip();
  }

  #skipBreak(): void {
    this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1;
    this.#line++;
    this.#column = 0;
  }

  #mark(): Mark {
    return { line: this.#line, column: this.#column, at: this.#at };
  }

  #error(words: string, begin?: Mark): ScanError {
    return new ScanError(words, this.#mark(), begin);
  }
}

const isBreak = (c: string): boolean => c !== '' && breaks.includes(c);
const isBlank = (c: string): boolean => c === ' ' || c === '\t';
const isBlankOrEnd = (c: string): boolean => c === '' || isBlank(c) || isBreak(c);
