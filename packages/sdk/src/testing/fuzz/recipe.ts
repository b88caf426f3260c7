/**
 * Any bytes as a JSON value, of which every input is one: for what is behind a parser, where texts that have been changed
 * anywhere would mostly not come.
 */
export class Recipe {
  readonly #bytes: Uint8Array;
  readonly #words: readonly string[];
  #at = 0;

  constructor(bytes: Uint8Array, words: readonly string[]) {
    this.#bytes = bytes;
    this.#words = words;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  word(): string {
    return this.#words[this.byte() % this.#words.length]!;
  }

  pick<T>(of: readonly T[]): T {
    return of[this.byte() % of.length]!;
  }

  value(depth = 6): unknown {
    const sort = this.byte() % 8;
    if (sort < 2 || depth === 0) return this.word();
    if (sort === 2) return this.pick(scalars);
    if (sort === 3) return Array.from({ length: this.byte() % 4 }, () => this.value(depth - 1));
    return this.object(depth);
  }

  object(depth = 6): Record<string, unknown> {
    const members = Array.from({ length: this.byte() % 5 }, (): [string, unknown] => [
      this.word(),
      this.value(depth - 1),
    ]);
    return Object.fromEntries(members);
  }
}

const scalars: readonly unknown[] = [null, true, false, 0, 1, -1, 2, 1.5, 80, 2 ** 31, 2 ** 53, '', '1'];
