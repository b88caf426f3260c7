import type { Expr } from './ast.ts';
import type { JsonReader } from './json-values.ts';
import type { Type } from './types.ts';
import type { Result, Value } from './values.ts';

/** One signature of a function. Overload ids are upstream's where upstream has one: costs and references go by them. */
export interface Overload {
  readonly id: string;
  /** `x.f(y)`: the first parameter is the receiver. */
  readonly member?: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Also called with errors in place of arguments (`@not_strictly_false`). */
  readonly nonStrict?: boolean;
  /** Called with values of the parameters' kinds. */
  readonly call: (...args: Value[]) => Result;
  /** What the call cost, when it isn't 1. */
  readonly cost?: (args: readonly Value[], result: Result) => number;
  /** What calls may cost, known before they are made; when it isn't 1. */
  readonly estimate?: (call: CallToEstimate) => CallEstimate | undefined;
}

export interface FunctionDecl {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/** From least to most; a bound of 2^64 - 1 means none. */
export interface Estimate {
  readonly min: number;
  readonly max: number;
}

export interface CallEstimate {
  readonly cost: Estimate;
  readonly resultSize?: Estimate;
}

export interface ArgumentToEstimate {
  readonly expr: Expr;
  readonly type: Type;
  /** The way to it from a declared variable, when it is one (`self.items.@items.name`). */
  readonly path: readonly string[];
  /** Its number of elements, characters or bytes. */
  readonly size: Estimate;
}

export interface CallToEstimate {
  readonly overload: string;
  readonly target?: ArgumentToEstimate;
  readonly args: readonly ArgumentToEstimate[];
}

/** A field of an object type, under its name in expressions. */
export interface FieldDecl {
  /** Its name in JSON, where that is another one. */
  readonly jsonName?: string;
  readonly reader: JsonReader;
}

/** A type with fields. */
export interface ObjectType {
  readonly type: Type;
  readonly fields: ReadonlyMap<string, FieldDecl>;
  /** Makes a value of `Name{field: value}`; without it such literals check and then evaluate to an error. */
  readonly construct?: (fields: ReadonlyMap<string, Value>) => Result;
}

export interface VariableDecl {
  readonly name: string;
  readonly type: Type;
}
