import { isInt, uintOf } from './numbers.ts';
import { Double, EvalError, isError, intOf, type Int, MapValue, type Result, Uint, type Value } from './values.ts';
import { valueText } from './value-text.ts';

type Key = string | number | bigint | boolean | object | null;

/** Ints by themselves, strings and other numbers marked, so that keys of different types stay apart. */
function keyOf(value: Value): Key {
  if (typeof value === 'string') return `s${value}`;
  if (value instanceof Uint) return `u${value.value}`;
  if (value instanceof Double) return `d${value.value}`;
  return value;
}

/** A map of values that are at hand. A number finds the key that is equal to it, be it int or uint. */
export class EntryMap extends MapValue {
  readonly #entries = new Map<Key, readonly [Value, Value]>();

  get size(): number {
    return this.#entries.size;
  }

  find(key: Value): Result | undefined {
    const exact = this.#entries.get(keyOf(key));
    if (exact) return exact[1];
    for (const other of equalKeys(key)) {
      const entry = this.#entries.get(keyOf(other));
      if (entry) return entry[1];
    }
    return undefined;
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  /** While it is being made. */
  set(key: Value, value: Value): void {
    this.#entries.set(keyOf(key), [key, value]);
  }

  delete(key: Value): void {
    this.#entries.delete(keyOf(key));
  }
}

/** Gathers what a macro makes of each entry. Only the macro's own fold holds it while it grows in place. */
export class GatheringMap extends EntryMap {}

/** A map with an entry more; an error when the key is there already. */
export function withEntry(map: MapValue, key: Value, value: Value): Result {
  if (map.find(key) !== undefined) return new EvalError(`insert failed: key ${valueText(key)} already exists`);
  const grown = map instanceof GatheringMap ? map : new EntryMap();
  if (grown !== map) {
    for (const known of map.keys()) {
      const found = map.find(known)!;
      if (isError(found)) return found;
      grown.set(known, found);
    }
  }
  grown.set(key, value);
  return grown;
}

function equalKeys(key: Value): readonly Value[] {
  if (isInt(key)) return known(uintOf(BigInt(key)));
  if (key instanceof Uint) return known(intOf(key.value));
  if (!(key instanceof Double) || !Number.isInteger(key.value)) return [];
  const whole = BigInt(key.value);
  return [...known(intOf(whole)), ...known(uintOf(whole))];
}

const known = (value: Int | Uint | undefined): readonly Value[] => (value === undefined ? [] : [value]);
