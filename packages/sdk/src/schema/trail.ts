/**
 * One of the things that are met in a row, each told by a name and by what is found there. Rows of one making are the same for
 * a long way: what came next the last time mostly comes next again, and is found without looking it up.
 */
export abstract class Trail<What, Self extends Trail<What, Self>> {
  readonly name: string;
  readonly what: What;
  /** What came next the last time. */
  last: Self | undefined;
  /** All that ever came next; once there are several. */
  #known: Map<string, Map<What, Self>> | undefined;

  constructor(name: string, what: What) {
    this.name = name;
    this.what = what;
    this.last = undefined;
    this.#known = undefined;
  }

  /** What comes next; nothing when it never did. */
  known(name: string, what: What): Self | undefined {
    const { last } = this;
    if (last !== undefined && last.what === what && last.name === name) return last;
    const found = this.#known?.get(name)?.get(what);
    if (found) this.last = found;
    return found;
  }

  /** What comes next for the first time. */
  protected add(next: Self): Self {
    const { last } = this;
    if (last) {
      this.#known ??= new Map([[last.name, new Map([[last.what, last]])]]);
      const same = this.#known.get(next.name);
      if (same) same.set(next.what, next);
      else this.#known.set(next.name, new Map([[next.what, next]]));
    }
    return (this.last = next);
  }
}

const most = 16_384;

/** Where trails of one sort begin. Once they have led to too many places, all of them begin anew. */
export class Beginnings {
  #age = 0;
  #places = 0;

  of<T>(make: () => T): () => T {
    let first = make();
    let since = this.#age;
    return () => {
      if (since !== this.#age) {
        first = make();
        since = this.#age;
      }
      return first;
    };
  }

  /** Tells of a place that trails had not led to before. */
  counted<T>(place: T): T {
    if (++this.#places > most) {
      this.#age++;
      this.#places = 0;
    }
    return place;
  }
}
