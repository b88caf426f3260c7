/** A place in a text: lines and columns are counted from 0. */
export interface Mark {
  readonly line: number;
  readonly column: number;
  readonly at: number;
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

const breaks = '\r\n\u0085\u2028\u2029';
export const isBreak = (c: string): boolean => c !== '' && breaks.includes(c);
export const isBlank = (c: string): boolean => c === ' ' || c === '\t';
export const isBlankOrEnd = (c: string): boolean => c === '' || isBlank(c) || isBreak(c);

/** A text that is read from its beginning to its end, and where one is. */
export class YamlCursor {
  readonly #text: string;
  #at = 0;
  #line = 0;
  #column = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('\ufeff')) this.#at = 1;
  }

  get line(): number {
    return this.#line;
  }

  get column(): number {
    return this.#column;
  }

  get at(): number {
    return this.#at;
  }

  get mark(): Mark {
    return { line: this.#line, column: this.#column, at: this.#at };
  }

  /** A character ahead; nothing at the end. */
  char(ahead = 0): string {
    return this.#text[this.#at + ahead] ?? '';
  }

  next(count: number): string {
    return this.#text.slice(this.#at, this.#at + count);
  }

  skip(count = 1): void {
    this.#at += count;
    this.#column += count;
  }

  skipBreak(): void {
    this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1;
    this.newLine();
  }

  newLine(): void {
    this.#line++;
    this.#column = 0;
  }

  skipToBreak(): void {
    while (this.char() !== '' && !isBreak(this.char())) this.skip();
  }

  until(ends: (c: string) => boolean): string {
    const from = this.#at;
    while (this.char() !== '' && !ends(this.char())) this.skip();
    return this.#text.slice(from, this.#at);
  }

  word(): string {
    return this.until((c) => !/[\w-]/.test(c));
  }

  /** `---` or `...` at the beginning of a line. */
  isDocumentMark(): boolean {
    return this.#column === 0 && ['---', '...'].includes(this.next(3)) && isBlankOrEnd(this.char(3));
  }

  error(words: string, begin?: Mark): ScanError {
    return new ScanError(words, this.mark, begin);
  }
}
