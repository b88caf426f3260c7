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
  /** Called with values of the parameters' types. Left out where the function has one implementation for all. */
  readonly call?: (...args: Value[]) => Result;
  /** What a call cost, when it isn't 1 and the checker knew that it would be this overload. */
  readonly cost?: Cost;
  /** What calls may cost, known before they are made; when it isn't 1. */
  readonly estimate?: (call: CallToEstimate) => CallEstimate | undefined;
}

/** An argument that failed comes as null, which is as good as anything of no size. */
export type Cost = (args: readonly Value[], result: Result) => number;

export interface FunctionDecl {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /**
   * One implementation for all overloads, whatever the arguments are at run time: those of operators, which look for themselves.
   * Nothing comes of it when it can't start with its first argument.
   */
  readonly call?: (...args: Value[]) => Result | undefined;
  /** What a call cost, whichever overload it was. */
  readonly cost?: Cost;
  /** Its second argument, or its first beside a receiver, is a regular expression. */
  readonly takesPattern?: boolean;
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
  /** The same of each of a list's elements. */
  readonly elementSize: Estimate;
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
