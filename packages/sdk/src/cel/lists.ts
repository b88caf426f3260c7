import { EvalError, ListValue, type Result, type Value } from './values.ts';

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

/** Texts that a function found in one: upstream has them in a form of their own, which not everybody there knows for a list. */
export class FoundTexts extends ArrayList {}

/** Lists up to this long are put together when somebody looks inside; in longer ones each element is looked for. */
const flatLength = 4096;

/** Nobody's list is longer: doubling a list sixty times is cheap to write. */
const mostElements = 2 ** 22;

/** One list after the other. */
class JoinedList extends ListValue {
  readonly size: number;
  readonly #first: ListValue;
  readonly #second: ListValue;
  #flat: readonly Result[] | undefined;

  constructor(first: ListValue, second: ListValue) {
    super();
    this.#first = first;
    this.#second = second;
    this.size = first.size + second.size;
  }

  at(index: number): Result {
    if (this.size > flatLength) return JoinedList.#element(this, index);
    this.#flat ??= Array.from({ length: this.size }, (_, i) => JoinedList.#element(this, i));
    return this.#flat[index]!;
  }

  /** Without recursion: chains of additions may be long. */
  static #element(joined: ListValue, index: number): Result {
    let list = joined;
    let at = index;
    while (list instanceof JoinedList && !list.#flat) {
      const { size }: ListValue = list.#first;
      const isFirst = at < size;
      if (!isFirst) at -= size;
      list = isFirst ? list.#first : list.#second;
    }
    return list.at(at);
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
  if (b.size === 0) return a;
  return a.size + b.size > mostElements ? new EvalError('operation interrupted') : new JoinedList(a, b);
}
