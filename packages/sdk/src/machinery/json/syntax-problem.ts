/** What a scanner expects next; each is upstream's wording of the place. */
type Place =
  | 'looking for beginning of value'
  | 'looking for beginning of object key string'
  | 'after object key'
  | 'after object key:value pair'
  | 'after array element'
  | 'after top-level value';

/** Containers inside of containers, as many as upstream's decoder goes down. */
const deepest = 10_000;

const cut = 'unexpected end of JSON input';
const space = /[ \t\r\n]/;

/**
 * Why a text isn't JSON, in the words of upstream's decoder (`invalid character '}' looking for beginning of value`); nothing
 * for one that is. The platform's own parser decides what is JSON: this one only finds the words for a refusal.
 */
export function syntaxProblem(bytes: Uint8Array): string | undefined {
  // One character per byte: upstream names bytes, not characters.
  return new Scanner(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')).problem();
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  problem(): string | undefined {
    try {
      this.#document();
      return undefined;
    } catch (err) {
      if (err instanceof Refusal) return err.message;
      throw err;
    }
  }

  /** Open containers are kept in a list rather than on the stack: hostile texts nest deep. */
  #document(): void {
    const open: ('{' | '[')[] = [];
    let place: Place = 'looking for beginning of value';
    let mayClose = false;
    for (;;) {
      this.#skipSpace();
      const c = this.#text[this.#at];
      if (c === undefined) {
        if (place === 'after top-level value') return;
        throw new Refusal(cut);
      }
      const inside = open.at(-1);
      if ((c === '}' && inside === '{') || (c === ']' && inside === '[')) {
        if (!mayClose) this.#refuse(place);
        this.#at++;
        open.pop();
        place = afterValue(open.at(-1));
        mayClose = true;
        continue;
      }
      switch (place) {
        case 'looking for beginning of value':
          if (c === '{' || c === '[') {
            this.#at++;
            if (open.push(c) > deepest) throw new Refusal('exceeded max depth');
            place = c === '{' ? 'looking for beginning of object key string' : 'looking for beginning of value';
            mayClose = true;
            if (open.length > 10000) throw new Refusal('exceeded max depth');
          } else {
            this.#scalar(c);
            place = afterValue(inside);
            mayClose = true;
          }
          break;
        case 'looking for beginning of object key string':
          if (c !== '"') this.#refuse(place);
          this.#string();
          place = 'after object key';
          mayClose = false;
          break;
        case 'after object key':
          if (c !== ':') this.#refuse(place);
          this.#at++;
          place = 'looking for beginning of value';
          mayClose = false;
          break;
        case 'after object key:value pair':
        case 'after array element':
          if (c !== ',') this.#refuse(place);
          this.#at++;
          place = inside === '{' ? 'looking for beginning of object key string' : 'looking for beginning of value';
          mayClose = false;
          break;
        case 'after top-level value':
          this.#refuse(place);
      }
    }
  }

  #scalar(c: string): void {
    if (c === '"') this.#string();
    else if (c === '-' || isDigit(c)) this.#number();
    else if (c === 't') this.#literal('true');
    else if (c === 'f') this.#literal('false');
    else if (c === 'n') this.#literal('null');
    else this.#refuse('looking for beginning of value');
  }

  #literal(word: string): void {
    for (const expected of word) {
      if (this.#text[this.#at] !== expected) this.#refuse(`in literal ${word} (expecting '${expected}')`);
      this.#at++;
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined) throw new Refusal(cut);
      if (c === '"') break;
      if (c < ' ') this.#refuse('in string literal');
      this.#at++;
      if (c === '\\') this.#escape();
    }
    this.#at++;
  }

  #escape(): void {
    const c = this.#text[this.#at];
    if (c === undefined || !'"\\/bfnrtu'.includes(c)) this.#refuse('in string escape code');
    this.#at++;
    if (c !== 'u') return;
    for (let i = 0; i < 4; i++, this.#at++) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? '')) this.#refuse('in \\u hexadecimal character escape');
    }
  }

  #number(): void {
    if (this.#text[this.#at] === '-') {
      this.#at++;
      if (!isDigit(this.#text[this.#at])) this.#refuse('in numeric literal');
    }
    if (this.#text[this.#at] === '0') this.#at++;
    else this.#digits();
    if (this.#text[this.#at] === '.') {
      this.#at++;
      if (!isDigit(this.#text[this.#at])) this.#refuse('after decimal point in numeric literal');
      this.#digits();
    }
    if (/[eE]/.test(this.#text[this.#at] ?? '')) {
      this.#at++;
      if (/[+-]/.test(this.#text[this.#at] ?? '')) this.#at++;
      if (!isDigit(this.#text[this.#at])) this.#refuse('in exponent of numeric literal');
      this.#digits();
    }
  }

  #digits(): void {
    while (isDigit(this.#text[this.#at])) this.#at++;
  }

  #skipSpace(): void {
    while (space.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #refuse(place: string): never {
    // To upstream a space follows the end: a word, a number or an escape that is cut short stumbles over that.
    throw new Refusal(`invalid character ${quoted(this.#text[this.#at] ?? ' ')} ${place}`);
  }
}

class Refusal extends Error {}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';

function afterValue(inside: '{' | '[' | undefined): Place {
  if (inside === '{') return 'after object key:value pair';
  return inside === '[' ? 'after array element' : 'after top-level value';
}

function quoted(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return `'"'`;
  if (c === '\\') return `'\\\\'`;
  const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f', '\v': '\\v', '\x07': '\\a' }[c];
  if (named !== undefined) return `'${named}'`;
  const code = c.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  if ((code >= 0x80 && code < 0xa1) || code === 0xad) return `'\\u${code.toString(16).padStart(4, '0')}'`;
  return `'${c}'`;
}
