/** Where in an object, as field errors tell it: `spec.containers[0].env[1].name`, `metadata.labels[app]`. Joined only when printed. */
export class Path {
  readonly #parent: Path | undefined;
  readonly #text: string;

  constructor(text: string, parent?: Path) {
    this.#text = text;
    this.#parent = parent;
  }

  child(...names: string[]): Path {
    return names.reduce<Path>((parent, name) => new Path(`.${name}`, parent), this);
  }

  index(i: number): Path {
    return new Path(`[${i}]`, this);
  }

  key(k: string): Path {
    return new Path(`[${k}]`, this);
  }

  toString(): string {
    if (this.#parent) return `${this.#parent.toString()}${this.#text}`;
    return this.#text.startsWith('.') ? this.#text.slice(1) : this.#text;
  }
}

export const field = (...names: string[]): Path => {
  const [first = '', ...rest] = names;
  return new Path(first).child(...rest);
};

/** Nowhere in particular, as upstream prints it. */
export const emptyPath = '[]';
