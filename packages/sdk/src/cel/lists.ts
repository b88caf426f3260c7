import { ListValue, type Result, type Value } from './values.ts';

/** A list of values that are at hand. */
export class ArrayList extends ListValue {
  readonly values: readonly Value[];

  constructor(values: readonly Value[]) {
    super();
    this.values = values;
  }

  get size(): number {
    return this.values.length;
  }

  at(index: number): Result {
    return this.values[index]!;
  }
}

/** One list after the other, put together only when somebody looks inside. */
class JoinedList extends ListValue {
  readonly size: number;
  #parts: readonly [ListValue, ListValue] | undefined;
  #values: readonly Result[] = [];

  constructor(first: ListValue, second: ListValue) {
    super();
    this.#parts = [first, second];
    this.size = first.size + second.size;
  }

  at(index: number): Result {
    if (this.#parts) {
      this.#values = [...this.#elements()];
      this.#parts = undefined;
    }
    return this.#values[index]!;
  }

  /** Without recursion: chains of additions may be long. */
  *#elements(): Iterable<Result> {
    const waiting: ListValue[] = [this];
    for (let list = waiting.pop(); list; list = waiting.pop()) {
      if (list instanceof JoinedList && list.#parts) waiting.push(list.#parts[1], list.#parts[0]);
      else for (let i = 0; i < list.size; i++) yield list.at(i);
    }
  }
}

/** Gathers what a macro makes of each element. Only the macro's own fold holds it, so it may grow in place. */
export class GatheringList extends ListValue {
  readonly #values: Value[] = [];

  get size(): number {
    return this.#values.length;
  }

  at(index: number): Result {
    return this.#values[index]!;
  }

  override plus(other: ListValue): Result {
    for (let i = 0; i < other.size; i++) this.#values.push(other.at(i) as Value);
    return this;
  }

  gathered(): ListValue {
    return new ArrayList(this.#values);
  }
}

export function concat(a: ListValue, b: ListValue): Result {
  if (a.plus) return a.plus(b);
  if (a.size === 0) return b;
  return b.size === 0 ? a : new JoinedList(a, b);
}
