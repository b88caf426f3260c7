import type { CheckedAst } from './ast.ts';
import type { FunctionDecl, ObjectType, Overload, VariableDecl } from './declarations.ts';
import type { Macro } from './macro.ts';
import { listType, mapType, optionalType, type Type, types } from './types.ts';

/** Looks at a checked expression for what types can't say. */
export type AstValidator = (ast: CheckedAst, report: Report, env: Env) => void;

/** Takes what is wrong with the node at a place. */
export type Report = (at: { readonly offset: number }, message: string) => void;

/** Functions, macros and types that belong together. A function declared by several libraries has the overloads of all. */
export interface Library {
  readonly name: string;
  readonly functions?: readonly FunctionDecl[];
  readonly macros?: readonly Macro[];
  readonly types?: readonly ObjectType[];
  readonly variables?: readonly VariableDecl[];
  readonly validators?: readonly AstValidator[];
  /** Functions among whose arguments lists and maps may mix types even where they mustn't elsewhere. */
  readonly mixing?: readonly string[];
}

export interface EnvOptions {
  /** The namespace in which relative names are looked up. */
  readonly container?: string;
  readonly variables?: readonly VariableDecl[];
  readonly types?: readonly ObjectType[];
  /** The types of names that aren't declared. */
  readonly typeOf?: (name: string) => ObjectType | undefined;
  /** All there is, the standard library included: `new Env({ libraries: [standardLibrary, …] })`. */
  readonly libraries?: readonly Library[];
  /** `1 < 1.5` and `1u < 2` check. */
  readonly crossTypeNumericComparisons?: boolean;
  /** `a.?b`, `a[?0]`, `{?k: v}`; their functions are in `optionalLibrary`. */
  readonly optionalSyntax?: boolean;
  /** Whether `has(a.b)` costs what a selection does; not so in Kubernetes. */
  readonly presenceTestHasCost?: boolean;
}

/** Names that stand for types. */
const typeNames: ReadonlyMap<string, Type> = new Map(
  [
    types.bool,
    types.bytes,
    types.double,
    types.duration,
    types.int,
    listType,
    mapType,
    types.null,
    optionalType,
    types.string,
    types.timestamp,
    types.type,
    types.uint,
  ].map((t) => [t.name, t]),
);

/** What an expression may speak of. Immutable; `extend` makes a larger one and costs little. */
export class Env {
  readonly container: string;
  readonly crossTypeNumericComparisons: boolean;
  readonly optionalSyntax: boolean;
  readonly presenceTestHasCost: boolean;
  readonly validators: readonly AstValidator[];
  readonly mixing: readonly string[];
  readonly #macros: ReadonlyMap<string, Macro>;
  readonly #variables: ReadonlyMap<string, Type>;
  readonly #types: ReadonlyMap<string, ObjectType>;
  readonly #typeOf: EnvOptions['typeOf'];
  readonly #functions: ReadonlyMap<string, FunctionDecl>;

  constructor(options: EnvOptions, base?: Env) {
    const libraries = options.libraries ?? [];
    this.container = options.container ?? base?.container ?? '';
    this.crossTypeNumericComparisons =
      options.crossTypeNumericComparisons ?? base?.crossTypeNumericComparisons ?? false;
    this.optionalSyntax = options.optionalSyntax ?? base?.optionalSyntax ?? false;
    this.presenceTestHasCost = options.presenceTestHasCost ?? base?.presenceTestHasCost ?? true;
    this.validators = joined(
      base?.validators,
      libraries.flatMap((l) => l.validators ?? []),
    );
    this.mixing = joined(
      base?.mixing,
      libraries.flatMap((l) => l.mixing ?? []),
    );
    this.#macros = withEntries(
      base && base.#macros,
      libraries.flatMap((l) => l.macros ?? []).map((m) => [macroKey(m.name, m.receiver, m.argCount), m]),
    );
    const variables = [...libraries.flatMap((l) => l.variables ?? []), ...(options.variables ?? [])];
    this.#variables = withEntries(
      base && base.#variables,
      variables.map((v) => [v.name, v.type]),
    );
    const objects = [...libraries.flatMap((l) => l.types ?? []), ...(options.types ?? [])];
    this.#types = withEntries(
      base && base.#types,
      objects.map((t) => [t.type.name, t]),
    );
    this.#typeOf = options.typeOf ?? (base && base.#typeOf);
    this.#functions = withFunctions(
      base && base.#functions,
      libraries.flatMap((l) => l.functions ?? []),
    );
  }

  extend(options: EnvOptions): Env {
    return new Env(options, this);
  }

  /** The macro that such a call is; one for any number of arguments comes after one for just so many. */
  macro(name: string, receiver: boolean, argCount: number): Macro | undefined {
    return (
      this.#macros.get(macroKey(name, receiver, argCount)) ?? this.#macros.get(macroKey(name, receiver, undefined))
    );
  }

  variable(name: string): Type | undefined {
    return this.#variables.get(name);
  }

  /** The type that a name stands for: a declared one or one of the language. */
  typeNamed(name: string): Type | undefined {
    return (
      this.objectType(name)?.type ??
      (name === optionalType.name && !this.optionalSyntax ? undefined : typeNames.get(name))
    );
  }

  objectType(name: string): ObjectType | undefined {
    return this.#types.get(name) ?? this.#typeOf?.(name);
  }

  function(name: string): FunctionDecl | undefined {
    return this.#functions.get(name);
  }

  /** The names that one may mean, in the order in which they are tried: from the innermost namespace out. */
  candidates(name: string): readonly string[] {
    if (name.startsWith('.')) return [name.slice(1)];
    const found: string[] = [];
    for (let space = this.container; space !== ''; space = space.slice(0, Math.max(space.lastIndexOf('.'), 0))) {
      found.push(`${space}.${name}`);
    }
    return [...found, name];
  }
}

const macroKey = (name: string, receiver: boolean, argCount: number | undefined): string =>
  `${name}:${argCount ?? '*'}:${receiver}`;

const joined = <T>(base: readonly T[] | undefined, more: readonly T[]): readonly T[] =>
  base && more.length === 0 ? base : [...(base ?? []), ...more];

function withEntries<T>(base: ReadonlyMap<string, T> | undefined, entries: readonly (readonly [string, T])[]) {
  return base && entries.length === 0 ? base : new Map([...(base ?? []), ...entries]);
}

function withFunctions(
  base: ReadonlyMap<string, FunctionDecl> | undefined,
  functions: readonly FunctionDecl[],
): ReadonlyMap<string, FunctionDecl> {
  if (base && functions.length === 0) return base;
  const all = new Map(base);
  for (const fn of functions) {
    const known = all.get(fn.name);
    const isNew = (o: Overload): boolean => known?.overloads.every((k) => k.id !== o.id) ?? true;
    all.set(fn.name, { ...known, ...fn, overloads: [...(known?.overloads ?? []), ...fn.overloads.filter(isNew)] });
  }
  return all;
}
