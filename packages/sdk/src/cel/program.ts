import type { CheckedAst } from './ast.ts';
import { EvalError, type Result } from './values.ts';

/** What went wrong in a source, with its place: `line` from 1, `column` from 0 in code points. */
export interface Issue {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The checked expression, or why there is none; `text` is the report as cel-go prints it, with the lines of source. */
export type Compiled =
  | { readonly ast: CheckedAst; readonly issues?: undefined }
  | { readonly ast?: undefined; readonly issues: readonly Issue[]; readonly text: string };

/** The values of the declared variables; a `Map` will do. */
export interface Activation {
  get(name: string): Result | undefined;
}

export interface EvalOptions {
  /** The cost at which evaluation ends with `CostLimitError`. */
  readonly budget?: number;
}

export interface Evaluation {
  readonly result: Result;
  /** What it cost, as upstream counts. */
  readonly cost: number;
}

export interface Program {
  eval(activation: Activation, options?: EvalOptions): Evaluation;
}

export class CostLimitError extends EvalError {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/** A checked expression that can't be evaluated whatever the variables are: a constant in it doesn't convert, say. */
export class PlanError extends Error {}
