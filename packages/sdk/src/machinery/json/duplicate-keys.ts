const backslash = 0x5c;
const colon = 0x3a;

/**
 * The members that a JSON text has twice, as upstream's strict decoder names them (`spec.containers[0].name`, each once,
 * in the order of the text). `text` has been parsed to `value` before, so it is known to be JSON. Runs for every write: as
 * long as the text has no more keys than the value, nothing else is looked at.
 */
export function findDuplicateKeys(text: string, value: unknown): string[] {
  const isContainer = typeof value === 'object' && value !== null;
  return countKeysInText(text) === (isContainer ? countKeys(value) : 0)
    ? []
    : [...new Set(new Scanner(text).duplicates())];
}

/** Containers wait in a list rather than on the stack: hostile texts nest deep. */
function countKeys(value: unknown): number {
  let n = 0;
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const members = Array.isArray(next) ? (next as unknown[]) : Object.values(next as object);
    if (!Array.isArray(next)) n += members.length;
    for (const member of members) if (typeof member === 'object' && member !== null) open.push(member);
  }
  return n;
}

/** A key is a string before a colon; outside of strings colons stand nowhere else. */
function countKeysInText(text: string): number {
  let n = 0;
  for (let open = text.indexOf('"'); open !== -1;) {
    const end = afterString(text, open);
    if (isKeyEnd(text, end)) n++;
    open = text.indexOf('"', end);
  }
  return n;
}

function isKeyEnd(text: string, at: number): boolean {
  let c = text.charCodeAt(at);
  while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = text.charCodeAt(++at);
  return c === colon;
}

/** The position behind the string that opens at `open`. */
function afterString(text: string, open: number): number {
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

/** Walks the tokens of a JSON text and keeps the path; no recursion, since texts may nest thousands of levels deep. */
class Scanner {
  readonly #text: string;
  readonly #levels: Level[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  *duplicates(): Iterable<string> {
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
            if (top.keys.has(key)) yield this.#path();
            top.keys.add(key);
          }
          i = end - 1;
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
