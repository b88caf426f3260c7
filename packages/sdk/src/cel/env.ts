import type { FunctionDecl, ObjectType, VariableDecl } from './declarations.ts';
import type { Macro } from './macro.ts';

/** Functions, macros and types that belong together. A function declared by several libraries has the overloads of all. */
export interface Library {
  readonly name: string;
  readonly functions?: readonly FunctionDecl[];
  readonly macros?: readonly Macro[];
  readonly types?: readonly ObjectType[];
}

export interface EnvOptions {
  /** The namespace in which relative names are looked up. */
  readonly container?: string;
  readonly variables?: readonly VariableDecl[];
  readonly types?: readonly ObjectType[];
  /** Without the standard library: `new Env({ libraries: [standardLibrary, …] })`. */
  readonly libraries?: readonly Library[];
  /** Literals of lists and maps hold one type: `[1, 'a']` doesn't check. */
  readonly homogeneousAggregateLiterals?: boolean;
  /** Checks literals of durations, timestamps, patterns and aggregates where they are arguments, as Kubernetes does from 1.29. */
  readonly validateLiterals?: boolean;
  /** `1 < 1.5` and `1u < 2` check. */
  readonly crossTypeNumericComparisons?: boolean;
  /** `a.?b`, `a[?0]`, `{?k: v}`, `optional.of(x)`. */
  readonly optionalTypes?: boolean;
  /** Whether `has(a.b)` costs what a selection does; not so in Kubernetes. */
  readonly presenceTestHasCost?: boolean;
}
