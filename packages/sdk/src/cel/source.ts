/** A place in a source: `line` from 1, `column` from 0 in code points. */
export interface Location {
  readonly line: number;
  readonly column: number;
}

/** What concerns the expression as a whole has no place in it. */
export const noLocation: Location = { line: -1, column: -1 };

/** The longest line that a report quotes. */
const longestSnippet = 16384;

/** The text of an expression, by code points, as places in it are counted. */
export class Source {
  readonly text: string;
  readonly chars: readonly string[];
  readonly #lines: readonly string[];
  /** Where each line begins. */
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    this.chars = Array.from(text);
    this.#lines = text.split('\n');
    const starts = [0];
    for (const [i, char] of this.chars.entries()) if (char === '\n') starts.push(i + 1);
    this.#starts = starts;
  }

  location(offset: number): Location {
    // Where nothing is, the end comes before the beginning: upstream's reports say 1:0.
    if (this.chars.length === 0) return { line: 1, column: -1 };
    const line = Math.max(this.#starts.findLastIndex((start) => start <= offset) + 1, 1);
    return { line, column: offset - this.#starts[line - 1]! };
  }

  slice(from: number, to: number): string {
    return this.chars.slice(from, to).join('');
  }

  /** An error as users see it: place, message, the line and a mark under it. Wide characters get wide dots. */
  report({ line, column }: Location, message: string): string {
    const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
    const text = this.chars.length === 0 ? undefined : this.#lines[line - 1]?.replaceAll('\t', ' ');
    if (text === undefined || Buffer.byteLength(text) > longestSnippet) return head;
    const chars = Array.from(text);
    const dots = chars.slice(0, column).map((c) => (isWide(c) ? '．' : '.'));
    const mark = isWide(chars[column]) ? '＾' : '^';
    return `${head}\n | ${text}\n | ${dots.join('')}${mark}`;
  }
}

const isWide = (char: string | undefined): boolean => char !== undefined && char.codePointAt(0)! > 0x7f;
