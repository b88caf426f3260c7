const backslash = 0x5c;
const colon = 0x3a;

/** Whether what stands before is a key: a colon follows. */
export function isKeyEnd(text: string, at: number): boolean {
  let c = text.charCodeAt(at);
  while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = text.charCodeAt(++at);
  return c === colon;
}

/** The position behind the string that opens at `open`. */
export function afterString(text: string, open: number): number {
  let end = text.indexOf('"', open + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

/** One container that the scanner is inside of: the keys met so far, or the position in a list. */
interface Level {
  readonly keys: Set<string> | undefined;
  step: string | number;
}

const number = /-?\d[\d.eE+-]*/y;

/** Walks the tokens of a JSON text and keeps the path; no recursion, since texts may nest thousands of levels deep. */
export class Scanner {
  readonly #text: string;
  readonly #levels: Level[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  *duplicates(): Iterable<string> {
    for (const token of this.#tokens()) if (token === 'duplicate') yield this.#path();
  }

  /** The numbers, as they are written, and where they stand. */
  *numbers(): Iterable<{ readonly text: string; readonly path: readonly (string | number)[] }> {
    for (const token of this.#tokens()) {
      if (token !== 'duplicate') yield { text: token, path: this.#levels.map(({ step }) => step) };
    }
  }

  /** Every number's text, and `duplicate` for a key that its container had before. */
  *#tokens(): Iterable<string> {
    const text = this.#text;
    for (let i = 0; i < text.length; i++) {
      const top = this.#levels.at(-1);
      switch (text[i]) {
        case '{':
          this.#levels.push({ keys: new Set(), step: '' });
          break;
        case '[':
          this.#levels.push({ keys: undefined, step: 0 });
          break;
        case '}':
        case ']':
          this.#levels.pop();
          break;
        case ',':
          if (typeof top?.step === 'number') top.step++;
          break;
        case '"': {
          const end = afterString(text, i);
          if (top?.keys && isKeyEnd(text, end)) {
            const key = JSON.parse(text.slice(i, end)) as string;
            top.step = key;
            if (top.keys.has(key)) yield 'duplicate';
            top.keys.add(key);
          }
          i = end - 1;
          break;
        }
        default: {
          number.lastIndex = i;
          const [found] = number.exec(text) ?? [];
          if (found === undefined) break;
          yield found;
          i += found.length - 1;
        }
      }
    }
  }

  #path(): string {
    let path = '';
    for (const { step } of this.#levels) {
      path += typeof step === 'number' ? `[${step}]` : path ? `.${step}` : step;
    }
    return path;
  }
}
