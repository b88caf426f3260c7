import { isBlank, isBlankOrEnd, isBreak, type Mark, YamlCursor } from './cursor.ts';
import { skipBlockScalar, skipPlain, skipQuoted, skipTag } from './skip.ts';

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

/** Something that turns out to be a key when a colon follows on its line. */
interface PossibleKey {
  readonly mark: Mark;
  /** There is nothing else that it could be. */
  readonly isRequired: boolean;
  readonly number: number;
}

/** A key may be this long. */
const longestKey = 1024;
const indicators = `-?:,[]{}#&*!|>'"%@\``;

/**
 * YAML 1.1 as the tokens that upstream's reader sees, whose mistakes it makes. Only what says whether a text is well formed, and
 * where it isn't, is looked at; what scalars say is not.
 */
export class YamlScanner {
  readonly #cursor: YamlCursor;
  #queue: Token[] = [];
  #taken = 0;
  #flowLevel = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  /** One for each level of brackets. */
  readonly #keys: (PossibleKey | undefined)[] = [undefined];
  #mayBeKey = true;

  constructor(text: string) {
    this.#cursor = new YamlCursor(text);
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
    if (key.mark.line === this.#cursor.line && this.#cursor.at - key.mark.at <= longestKey) return true;
    if (key.isRequired) throw this.#cursor.error("could not find expected ':'", key.mark);
    this.#keys[level] = undefined;
    return false;
  }

  #fetch(): void {
    this.#skipToToken();
    this.#closeBlocks(this.#cursor.column);
    const c = this.#cursor.char();
    const next = this.#cursor.char(1);
    if (c === '') return this.#end();
    if (this.#cursor.column === 0 && c === '%') return this.#directive();
    if (this.#cursor.isDocumentMark()) return this.#documentMark(c);
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
    throw this.#cursor.error('found character that cannot start any token', this.#cursor.mark);
  }

  #skipToToken(): void {
    for (;;) {
      // A tab at the beginning of a line, or after what may be followed by a key, is no indentation.
      while (this.#cursor.char() === ' ' || (this.#cursor.char() === '\t' && (this.#flowLevel > 0 || !this.#mayBeKey)))
        this.#cursor.skip();
      if (this.#cursor.char() === '#') this.#cursor.skipToBreak();
      if (!isBreak(this.#cursor.char())) return;
      this.#cursor.skipBreak();
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
    const isRequired = this.#flowLevel === 0 && this.#indent === this.#cursor.column;
    this.#keys[this.#flowLevel] = { mark: this.#cursor.mark, isRequired, number: this.#taken + this.#queue.length };
  }

  #dropKey(): void {
    const key = this.#keys[this.#flowLevel];
    if (key?.isRequired) throw this.#cursor.error("could not find expected ':'", key.mark);
    this.#keys[this.#flowLevel] = undefined;
  }

  #end(): void {
    // A text ends with a line, whether or not it says so.
    if (this.#cursor.column !== 0) {
      this.#cursor.newLine();
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
    const mark = this.#cursor.mark;
    this.#cursor.skip();
    const name = this.#cursor.word();
    if (!name) throw this.#cursor.error('could not find expected directive name', mark);
    if (!isBlankOrEnd(this.#cursor.char()))
      throw this.#cursor.error('found unexpected non-alphabetical character', mark);
    if (name !== 'YAML' && name !== 'TAG') throw this.#cursor.error('found unknown directive name', mark);
    while (isBlank(this.#cursor.char())) this.#cursor.skip();
    const handle = name === 'TAG' ? this.#cursor.until((c) => isBlankOrEnd(c)) : '';
    this.#cursor.skipToBreak();
    this.#queue.push({ type: 'directive', mark, name: handle });
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
        throw this.#cursor.error('block sequence entries are not allowed in this context', this.#cursor.mark);
      }
      this.#openBlock('block sequence', this.#cursor.mark);
    }
    this.#dropKey();
    this.#mayBeKey = true;
    this.#push('block entry', 1);
  }

  #key(): void {
    if (this.#flowLevel === 0) {
      if (!this.#mayBeKey) throw this.#cursor.error('mapping keys are not allowed in this context', this.#cursor.mark);
      this.#openBlock('block mapping', this.#cursor.mark);
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
        if (!this.#mayBeKey)
          throw this.#cursor.error('mapping values are not allowed in this context', this.#cursor.mark);
        this.#openBlock('block mapping', this.#cursor.mark);
      }
      this.#mayBeKey = this.#flowLevel === 0;
    }
    this.#push('value', 1);
  }

  #anchor(type: 'alias' | 'anchor'): void {
    this.#saveKey();
    this.#mayBeKey = false;
    const mark = this.#cursor.mark;
    this.#cursor.skip();
    const name = this.#cursor.word();
    const c = this.#cursor.char();
    if (!name || !(isBlankOrEnd(c) || '?:,]}%@`'.includes(c))) {
      throw this.#cursor.error('did not find expected alphabetic or numeric character', mark);
    }
    this.#queue.push({ type, mark, name });
  }

  #tag(): void {
    this.#saveKey();
    this.#mayBeKey = false;
    const { mark } = this.#cursor;
    this.#queue.push({ type: 'tag', mark, name: skipTag(this.#cursor) });
  }

  #blockScalar(): void {
    this.#dropKey();
    this.#mayBeKey = true;
    const { mark } = this.#cursor;
    skipBlockScalar(this.#cursor, this.#indent);
    this.#queue.push({ type: 'scalar', mark });
  }

  #quoted(quote: string): void {
    this.#saveKey();
    this.#mayBeKey = false;
    const { mark } = this.#cursor;
    skipQuoted(this.#cursor, quote);
    this.#queue.push({ type: 'scalar', mark });
  }

  #plain(): void {
    this.#saveKey();
    const { mark } = this.#cursor;
    // On a new line there may be a key again.
    this.#mayBeKey = skipPlain(this.#cursor, { indent: this.#indent + 1, isInFlow: this.#flowLevel > 0 });
    this.#queue.push({ type: 'scalar', mark });
  }

  #push(type: TokenType, length = 0): void {
    this.#queue.push({ type, mark: this.#cursor.mark });
    this.#cursor.skip(length);
  }
}
