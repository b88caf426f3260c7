/** What was put in last, up to so many bytes; what was put in first is let go for it. One that is larger is kept alone. */
export class Latest<T> {
  readonly #mostBytes: number;
  readonly #letGo: (one: T) => void;
  #kept: { readonly one: T; readonly size: number }[] = [];
  /** Those before this position have been let go; they are cut off when there are many of them. */
  #first = 0;
  #bytes = 0;

  constructor(mostBytes: number, letGo: (one: T) => void) {
    this.#mostBytes = mostBytes;
    this.#letGo = letGo;
  }

  add(one: T, size: number): void {
    this.#kept.push({ one, size });
    this.#bytes += size;
    while (this.#bytes > this.#mostBytes && this.#first < this.#kept.length - 1) {
      const oldest = this.#kept[this.#first++]!;
      this.#bytes -= oldest.size;
      this.#letGo(oldest.one);
    }
    if (this.#first < this.#kept.length / 2) return;
    this.#kept = this.#kept.slice(this.#first);
    this.#first = 0;
  }
}
