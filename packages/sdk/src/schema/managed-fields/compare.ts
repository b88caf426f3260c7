import { equal, isObject, type ListShape, type Shape } from '../../machinery/index.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';
import { fieldElement } from './path-element.ts';
import {
  granularityOf,
  indexItems,
  isDeduced,
  isEmptyList,
  isEmptyMap,
  itemsOf,
  memberShape,
  membersOf,
  shapeFor,
} from './structure.ts';

/** What differs between two values of one shape. */
export interface Comparison {
  readonly added: FieldSet | undefined;
  readonly modified: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

/** Compares two values; nothing when they don't differ. Parts that are the same object cost nothing. */
export function compare(shape: Shape, old: unknown, next: unknown): Comparison | undefined {
  const walker = new Walker();
  walker.walk(shape, old, next);
  return walker.differs
    ? { added: walker.added.build(), modified: walker.modified.build(), removed: walker.removed.build() }
    : undefined;
}

class Walker {
  readonly added = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();
  readonly #path: string[] = [];
  differs = false;

  /** `undefined` is absent, which null isn't. */
  walk(declared: Shape, old: unknown, next: unknown): void {
    if (old === next) return;
    if (isDeduced(declared) && isObject(old) !== isObject(next) && old !== undefined && next !== undefined) {
      // What was an object and is none any more, or the other way round, goes and comes.
      this.walk(declared, old, undefined);
      return this.walk(declared, undefined, next);
    }
    const shape = shapeFor(declared, old, next);
    const granularity = granularityOf(shape);
    const isEmpty = granularity === 'list' ? isEmptyList : isEmptyMap;
    // Two empty values are compared whole, which keeps "empty" and "null" apart.
    if (granularity === 'leaf' || (isEmpty(old) && isEmpty(next))) this.#leaf(old, next);
    else {
      if (granularity === 'list') this.#items(shape as ListShape, old, next);
      else this.#members(shape, old, next);
      if (old === undefined) this.#add(this.added);
      else if (next === undefined) this.#add(this.removed);
    }
  }

  #leaf(old: unknown, next: unknown): void {
    if (old === undefined) this.#add(this.added);
    else if (next === undefined) this.#add(this.removed);
    else if (!equal(old, next)) this.#add(this.modified);
  }

  #members(shape: Shape, old: unknown, next: unknown): void {
    const [before, after] = [membersOf(old), membersOf(next)];
    for (const name of Object.keys(before)) {
      this.#down(
        fieldElement(name),
        memberShape(shape, name),
        before[name],
        Object.hasOwn(after, name) ? after[name] : undefined,
      );
    }
    for (const name of Object.keys(after)) {
      if (!Object.hasOwn(before, name)) {
        this.#down(fieldElement(name), memberShape(shape, name), undefined, after[name]);
      }
    }
  }

  #items(shape: ListShape, old: unknown, next: unknown): void {
    const before = indexItems(shape, itemsOf(old));
    const after = indexItems(shape, itemsOf(next));
    for (const [element, was] of before) this.#item(shape.items, element, was, after.get(element) ?? []);
    for (const [element, is] of after) if (!before.has(element)) this.#item(shape.items, element, [], is);
  }

  /** Items that share an element are one thing; a single item that takes their place, or gives way to them, is another. */
  #item(shape: Shape, element: string, was: unknown[], is: unknown[]): void {
    if (was.length <= 1 && is.length <= 1) return this.#down(element, shape, was[0], is[0]);
    this.#path.push(element);
    if (was.length >= 2 && is.length >= 2) {
      if (!equal(was, is)) this.#add(this.modified);
    } else if (was.length >= 2) {
      if (is.length) this.walk(shape, undefined, is[0]);
      this.#add(this.removed);
    } else {
      if (was.length) this.walk(shape, was[0], undefined);
      this.#add(this.added);
    }
    this.#path.pop();
  }

  #down(element: string, shape: Shape, old: unknown, next: unknown): void {
    if (old === next) return;
    this.#path.push(element);
    this.walk(shape, old, next);
    this.#path.pop();
  }

  #add(set: FieldSetBuilder): void {
    this.differs = true;
    set.add(this.#path);
  }
}
