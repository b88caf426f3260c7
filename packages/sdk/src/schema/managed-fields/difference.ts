import { Beginnings, Trail } from '../trail.ts';
import { type FieldSet, fieldSet } from './field-set.ts';

/** What differs between two values of one shape. */
export interface Comparison {
  readonly added: FieldSet | undefined;
  readonly modified: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

export type Mark = keyof Comparison;

/**
 * What has been told of a value so far: what came before, and a last word, which is a mark of the value itself or what differs in
 * the part that an element names. The same words in the same order are the same difference, so that writes which differ in the
 * same fields, as those of one program mostly do, share one comparison and whatever is known of its sets; telling them again
 * makes nothing new.
 */
export class Difference extends Trail<Difference | undefined, Difference> {
  readonly #before: Difference | undefined;
  #sets: Comparison | undefined;

  constructor(word = '', before?: Difference, inside?: Difference) {
    super(word, inside);
    this.#before = before;
  }

  with(word: string, inside: Difference | undefined): Difference {
    return this.known(word, inside) ?? this.add(beginnings.counted(new Difference(word, this, inside)));
  }

  get sets(): Comparison {
    return (this.#sets ??= {
      added: Difference.#setOf(this, 'added'),
      modified: Difference.#setOf(this, 'modified'),
      removed: Difference.#setOf(this, 'removed'),
    });
  }

  static #setOf(told: Difference, mark: Mark): FieldSet | undefined {
    let member = false;
    const children: [string, FieldSet][] = [];
    for (let at: Difference | undefined = told; at; at = at.#before) {
      const below = at.what?.sets[mark];
      if (below) children.push([at.name, below]);
      else if (at.name === mark) member = true;
    }
    return fieldSet(member, new Map(children.reverse()));
  }
}

const beginnings = new Beginnings();
const nothing = beginnings.of(() => new Difference());

/** What was told, and a mark of the value itself. */
export const marked = (told: Difference | undefined, mark: Mark): Difference =>
  (told ?? nothing()).with(mark, undefined);

/** What was told, and what differs in one of its parts, if anything does. */
export const withPart = (
  told: Difference | undefined,
  element: string,
  inside: Difference | undefined,
): Difference | undefined => (inside ? (told ?? nothing()).with(element, inside) : told);
