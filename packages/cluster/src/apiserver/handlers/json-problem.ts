/** Why a text isn't JSON, in the words of Go's decoder. */
export function jsonProblem(text: string): string {
  const scanner = new Scanner(text);
  try {
    scanner.space();
    scanner.value();
    scanner.space();
    return scanner.done ? 'unexpected end of JSON input' : scanner.unexpected('after top-level value');
  } catch (err) {
    return err instanceof Error ? err.message : String(err);
  }
}

/** Walks the text by JSON's grammar and throws at the first character that doesn't fit. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  unexpected(where: string): string {
    if (this.done) return 'unexpected end of JSON input';
    return `invalid character ${quoted(this.#text[this.#at]!)} ${where}`;
  }

  space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  value(): void {
    const c = this.#text[this.#at];
    if (c === '{') this.#object();
    else if (c === '[') this.#array();
    else if (c === '"') this.#string();
    else if (c === 't') this.#literal('true');
    else if (c === 'f') this.#literal('false');
    else if (c === 'n') this.#literal('null');
    else if (c !== undefined && /[-0-9]/.test(c)) this.#number();
    else this.#fail('looking for beginning of value');
  }

  #fail(where: string): never {
    throw new Error(this.unexpected(where));
  }

  #object(): void {
    this.#at++;
    this.space();
    if (this.#take('}')) return;
    for (;;) {
      this.space();
      if (this.#text[this.#at] !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      this.space();
      if (!this.#take(':')) this.#fail('after object key');
      this.space();
      this.value();
      this.space();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.#fail('after object key:value pair');
    }
  }

  #array(): void {
    this.#at++;
    this.space();
    if (this.#take(']')) return;
    for (;;) {
      this.space();
      this.value();
      this.space();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.#fail('after array element');
    }
  }

  #string(): void {
    for (this.#at++; ; this.#at++) {
      const c = this.#text[this.#at];
      if (c === undefined || c < ' ') this.#fail('in string literal');
      if (c === '"') break;
      if (c !== '\\') continue;
      this.#at++;
      if (this.#text[this.#at] === 'u') {
        for (let i = 0; i < 4; i++)
          if (!/[0-9a-fA-F]/.test(this.#text[++this.#at] ?? '')) this.#fail('in \\u hexadecimal character escape');
      } else if (!'"\\/bfnrt'.includes(this.#text[this.#at] ?? '?')) this.#fail('in string escape code');
    }
    this.#at++;
  }

  #literal(word: string): void {
    for (let i = 0; i < word.length; i++, this.#at++) {
      if (this.#text[this.#at] !== word[i]) this.#fail(`in literal ${word} (expecting '${word[i]}')`);
    }
  }

  #number(): void {
    this.#take('-');
    if (!this.#take('0')) {
      if (!/[1-9]/.test(this.#text[this.#at] ?? '')) this.#fail('in numeric literal');
      this.#digits();
    }
    if (this.#take('.')) {
      if (!/\d/.test(this.#text[this.#at] ?? '')) this.#fail('after decimal point in numeric literal');
      this.#digits();
    }
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      if (!/\d/.test(this.#text[this.#at] ?? '')) this.#fail('in exponent of numeric literal');
      this.#digits();
    }
  }

  #digits(): void {
    while (/\d/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }
}

function quoted(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return "'\"'";
  const shown = JSON.stringify(c).slice(1, -1);
  return `'${shown}'`;
}
