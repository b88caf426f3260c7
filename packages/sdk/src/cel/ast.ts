import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** Where a node began, and its number in its expression (from 1), by which types and references are found. */
interface Node {
  readonly id: number;
  /** The offset in code points. */
  readonly offset: number;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}

export interface Ident extends Node {
  readonly kind: 'ident';
  /** With a leading dot where the source has one: looked up from the root, not from the container. */
  readonly name: string;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)` */
  readonly testOnly: boolean;
}

export interface Call extends Node {
  readonly kind: 'call';
  readonly function: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
}

export interface ListLiteral extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Indices of the elements written `?e`. */
  readonly optional: readonly number[];
}

export interface MapEntry extends Node {
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface FieldEntry extends Node {
  readonly field: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructLiteral extends Node {
  readonly kind: 'struct';
  readonly type: string;
  readonly entries: readonly FieldEntry[];
}

/** What macros become: a fold over a range. With `variable2`, `variable` is an index or key and `variable2` its value. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly range: Expr;
  readonly variable: string;
  readonly variable2?: string;
  readonly accumulator: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = Literal | Ident | Select | Call | ListLiteral | MapLiteral | StructLiteral | Comprehension;

/** What the checker found out about a name or a call: the variable's full name or the overloads that may apply. */
export interface Reference {
  readonly name?: string;
  readonly overloads?: readonly string[];
}

/** A checked expression. */
export interface CheckedAst {
  readonly source: string;
  readonly expr: Expr;
  readonly type: Type;
  /** By node id. */
  readonly types: ReadonlyMap<number, Type>;
  readonly references: ReadonlyMap<number, Reference>;
}
