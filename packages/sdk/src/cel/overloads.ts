import type { FunctionDecl } from './declarations.ts';
import { isDyn, sameType, type Substitution } from './substitution.ts';
import { Type, types } from './types.ts';

/** Comparisons between numbers of different types, which an environment may leave out. */
const mixedComparison =
  /^(less|less_equals|greater|greater_equals)_(int64|uint64|double)_(?!\2$)(int64|uint64|double)$/;

export interface OverloadOptions {
  /** Whether it is called on a receiver, the first of the given types. */
  readonly member: boolean;
  readonly known: Substitution;
  /** Whether numbers of different types compare. */
  readonly mixed: boolean;
}

/** The overloads that take such arguments, and what they give: `dyn` when not all give the same, nothing when there are none. */
export function resolveOverloads(
  fn: FunctionDecl,
  given: readonly Type[],
  { member, known, mixed }: OverloadOptions,
): { readonly overloads: readonly string[]; readonly result: Type | undefined } {
  const overloads: string[] = [];
  let result: Type | undefined;
  for (const overload of fn.overloads) {
    if ((overload.member ?? false) !== member || (!mixed && mixedComparison.test(overload.id))) continue;
    const [type, ...parameters] = withOwnParams([overload.result, ...overload.parameters], known);
    if (!known.assignAll(given, parameters)) continue;
    overloads.push(overload.id);
    const made = known.apply(type!);
    if (!result) result = made;
    else if (!isDyn(result) && !sameType(made, result)) result = types.dyn;
  }
  return { overloads, result };
}

/** The types of a signature with parameters that belong to one call alone. */
function withOwnParams(signatureTypes: readonly Type[], known: Substitution): readonly Type[] {
  const fresh = new Map<string, Type>();
  const renew = (type: Type): Type => {
    if (type.kind === 'param') {
      let param = fresh.get(type.name);
      if (!param) fresh.set(type.name, (param = known.newParam()));
      return param;
    }
    if (type.parameters.length === 0) return type;
    const parameters = type.parameters.map(renew);
    const same = parameters.every((p, i) => p === type.parameters[i]);
    return same ? type : new Type(type.kind, type.name, parameters, type.nullable);
  };
  return signatureTypes.map(renew);
}

/** As messages show what a function was applied to. */
export function signature(args: readonly Type[], member: boolean): string {
  const [receiver, ...rest] = args.map(String);
  return member ? `${receiver}.(${rest.join(', ')})` : `(${args.map(String).join(', ')})`;
}
