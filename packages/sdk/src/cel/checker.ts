import type {
  CheckedAst,
  Comprehension,
  Expr,
  ListLiteral,
  MapLiteral,
  Reference,
  Select,
  StructLiteral,
} from './ast.ts';
import type { FunctionDecl } from './declarations.ts';
import type { Env, Report } from './env.ts';
import { operators } from './operators.ts';
import { isDyn, isDynOrError, mostGeneral, sameType, Substitution } from './substitution.ts';
import { Type, types } from './types.ts';
import { typeOfValue } from './values.ts';

type Call = Extract<Expr, { kind: 'call' }>;

interface Name {
  readonly name: string;
  readonly type: Type;
}

/** Comparisons between numbers of different types, which an environment may leave out. */
const crossTypeComparison =
  /^(less|less_equals|greater|greater_equals)_(int64|uint64|double)_(?!\2$)(int64|uint64|double)$/;

/** Finds the type of every node, and which variable or overloads each name means. The tree comes back with names in full. */
export class Checker {
  readonly #env: Env;
  readonly #report: Report;
  readonly #types = new Map<number, Type>();
  readonly #references = new Map<number, Reference>();
  readonly #known = new Substitution();
  #scopes: readonly ReadonlyMap<string, Type>[] = [];
  #allComparisons: boolean;

  constructor(env: Env, report: Report) {
    this.#env = env;
    this.#report = report;
    this.#allComparisons = env.crossTypeNumericComparisons;
  }

  check(expr: Expr): Omit<CheckedAst, 'source'> {
    const checked = this.#check(expr);
    const all = new Map<number, Type>();
    for (const [id, type] of this.#types) all.set(id, this.#known.apply(type, true));
    return { expr: checked, type: all.get(checked.id) ?? types.dyn, types: all, references: this.#references };
  }

  #check(expr: Expr): Expr {
    switch (expr.kind) {
      case 'literal':
        this.#setType(expr, typeOfValue(expr.value));
        return expr;
      case 'ident':
        return this.#checkIdent(expr);
      case 'select':
        return this.#checkSelect(expr);
      case 'call':
        return expr.function === operators.optionalSelect && !expr.target
          ? this.#checkOptionalSelect(expr)
          : this.#checkCall(expr);
      case 'list':
        return this.#checkList(expr);
      case 'map':
        return this.#checkMap(expr);
      case 'struct':
        return this.#checkStruct(expr);
      case 'comprehension':
        return this.#checkComprehension(expr);
    }
  }

  #checkIdent(expr: Extract<Expr, { kind: 'ident' }>): Expr {
    const found = this.#lookup(expr.name);
    if (found) return this.#named(expr, found);
    this.#undeclared(expr, expr.name);
    return expr;
  }

  #named({ id, offset }: Expr, { name, type }: Name): Expr {
    const ident: Expr = { kind: 'ident', id, offset, name };
    this.#setType(ident, type);
    this.#references.set(id, { name });
    return ident;
  }

  #undeclared(expr: Expr, name: string): void {
    this.#setType(expr, types.error);
    this.#report(expr, `undeclared reference to '${name}' (in container '${this.#env.container}')`);
  }

  /** Variables of macros first, then declared ones, then types. */
  #lookup(name: string): Name | undefined {
    for (const candidate of this.#env.candidates(name)) {
      const variable = this.#scopes.findLast((s) => s.has(candidate))?.get(candidate) ?? this.#env.variable(candidate);
      if (variable) return { name: candidate, type: variable };
      const type = this.#env.typeNamed(candidate);
      if (type) return { name: candidate, type: types.typeOf(type) };
    }
    return undefined;
  }

  #checkSelect(expr: Select): Expr {
    const name = qualifiedName(expr);
    const found = name === undefined ? undefined : this.#lookup(name);
    if (found) return this.#named(expr, found);
    const operand = this.#check(expr.operand);
    const field = this.#fieldType(expr, operand, expr.field, false);
    this.#setType(expr, this.#known.apply(expr.testOnly ? types.bool : field));
    return { ...expr, operand };
  }

  #checkOptionalSelect(expr: Call): Expr {
    const [operand, field] = expr.args as [Expr, Expr];
    const checked = this.#check(operand);
    const name = field.kind === 'literal' ? String(field.value) : '';
    this.#setType(expr, this.#known.apply(this.#fieldType(expr, checked, name, true)));
    this.#references.set(expr.id, { overloads: ['select_optional_field'] });
    return { ...expr, args: [checked, field] };
  }

  #fieldType(expr: Expr, operand: Expr, field: string, optional: boolean): Type {
    const operandType = this.#known.apply(this.#typeOf(operand));
    const type = this.#valueFieldType(expr, unwrapped(operandType), field);
    return optional || operandType.isOptional ? types.optional(type) : type;
  }

  #valueFieldType(expr: Expr, target: Type, field: string): Type {
    switch (target.kind) {
      case 'map':
        return target.parameters[1]!;
      case 'struct':
        return this.#declaredField(expr, target.name, field) ?? types.error;
      case 'param':
        this.#known.assign(types.dyn, target);
        return types.dyn;
      default:
        if (!isDynOrError(target)) this.#report(expr, `type '${String(target)}' does not support field selection`);
        return types.dyn;
    }
  }

  #declaredField(at: { readonly offset: number }, typeName: string, field: string): Type | undefined {
    const type = this.#env.objectType(typeName);
    if (!type) this.#report(at, `unexpected failed resolution of '${typeName}'`);
    else if (!type.fields.has(field)) this.#report(at, `undefined field '${field}'`);
    return type?.fields.get(field)?.reader.type;
  }

  #checkCall(expr: Call): Expr {
    const args = expr.args.map((a) => this.#check(a));
    if (!expr.target) {
      const fn = this.#function(expr.function);
      if (fn) return this.#resolve({ ...expr, function: fn.name, args }, fn);
      this.#undeclared(expr, expr.function);
      return expr;
    }
    const prefix = qualifiedName(expr.target);
    const namespaced = prefix === undefined ? undefined : this.#function(`${prefix}.${expr.function}`);
    if (namespaced) {
      const { kind, id, offset } = expr;
      return this.#resolve({ kind, id, offset, function: namespaced.name, args }, namespaced);
    }
    const target = this.#check(expr.target);
    const fn = this.#function(expr.function);
    if (fn) return this.#resolve({ ...expr, target, args }, fn);
    this.#undeclared(expr, expr.function);
    return expr;
  }

  #function(name: string): FunctionDecl | undefined {
    for (const candidate of this.#env.candidates(name)) {
      const fn = this.#env.function(candidate);
      if (fn) return fn;
    }
    return undefined;
  }

  #resolve(call: Call, fn: FunctionDecl): Expr {
    if (fn.name === operators.and || fn.name === operators.or) return this.#resolveLogic(call, fn);
    const given = [...(call.target ? [call.target] : []), ...call.args].map((a) => this.#typeOf(a));
    const overloads: string[] = [];
    let result: Type | undefined;
    for (const overload of fn.overloads) {
      if ((overload.member ?? false) !== (call.target !== undefined)) continue;
      if (!this.#allComparisons && crossTypeComparison.test(overload.id)) continue;
      const fresh = this.#withFreshParams([overload.result, ...overload.parameters]);
      if (!this.#known.assignAll(given, fresh.slice(1))) continue;
      overloads.push(overload.id);
      const type = this.#known.apply(fresh[0]!);
      if (!result) result = type;
      else if (!isDyn(result) && !sameType(type, result)) result = types.dyn;
    }
    if (!result) {
      const shown = given.map((t) => this.#known.apply(t, true));
      this.#report(
        call,
        `found no matching overload for '${fn.name}' applied to '${signature(shown, call.target !== undefined)}'`,
      );
      this.#setType(call, types.error);
      return call;
    }
    this.#setType(call, result);
    this.#references.set(call.id, { overloads });
    return call;
  }

  #resolveLogic(call: Call, fn: FunctionDecl): Expr {
    let failed = false;
    for (const arg of call.args) {
      const type = this.#typeOf(arg);
      if (this.#known.assign(type, types.bool)) continue;
      this.#report(arg, `expected type 'bool' but found '${String(type)}'`);
      failed = true;
    }
    this.#setType(call, failed ? types.error : types.bool);
    if (!failed) this.#references.set(call.id, { overloads: fn.overloads.map((o) => o.id) });
    return call;
  }

  /** The types of a signature with parameters that belong to this call alone. */
  #withFreshParams(signatureTypes: readonly Type[]): readonly Type[] {
    const fresh = new Map<string, Type>();
    const renew = (type: Type): Type => {
      if (type.kind === 'param') {
        let param = fresh.get(type.name);
        if (!param) fresh.set(type.name, (param = this.#known.newParam()));
        return param;
      }
      if (type.parameters.length === 0) return type;
      const parameters = type.parameters.map(renew);
      return parameters.every((p, i) => p === type.parameters[i])
        ? type
        : new Type(type.kind, type.name, parameters, type.nullable);
    };
    return signatureTypes.map(renew);
  }

  #checkList(expr: ListLiteral): Expr {
    const optional = new Set(expr.optional);
    let elementType: Type | undefined;
    const elements = expr.elements.map((e, i) => {
      const element = this.#check(e);
      const type = optional.has(i) ? this.#unwrapOptional(element) : this.#typeOf(element);
      elementType = this.#join(elementType, type);
      return element;
    });
    this.#setType(expr, types.list(elementType ?? this.#known.newParam()));
    return { ...expr, elements };
  }

  #checkMap(expr: MapLiteral): Expr {
    let keyType: Type | undefined;
    let valueType: Type | undefined;
    const entries = expr.entries.map((e) => {
      const key = this.#check(e.key);
      keyType = this.#join(keyType, this.#typeOf(key));
      const value = this.#check(e.value);
      const type = e.optional ? this.#unwrapOptional(value) : this.#typeOf(value);
      valueType = this.#join(valueType, type);
      return { ...e, key, value };
    });
    keyType ??= this.#known.newParam();
    valueType ??= this.#known.newParam();
    this.#setType(expr, types.map(keyType, valueType));
    return { ...expr, entries };
  }

  #unwrapOptional(expr: Expr): Type {
    const type = this.#typeOf(expr);
    if (!type.isOptional && !isDyn(type)) this.#mismatch(expr, types.optional(type), type);
    return unwrapped(type);
  }

  #join(previous: Type | undefined, current: Type): Type {
    if (!previous) return current;
    return this.#known.assign(previous, current) ? mostGeneral(previous, current) : types.dyn;
  }

  #mismatch(at: Expr, expected: Type, found: Type): void {
    this.#report(at, `expected type '${String(expected)}' but found '${String(found)}'`);
  }

  #checkStruct(expr: StructLiteral): Expr {
    const found = this.#lookup(expr.type);
    if (!found) {
      this.#undeclared(expr, expr.type);
      return expr;
    }
    this.#references.set(expr.id, { name: found.name });
    const type = this.#constructed(expr, found);
    this.#setType(expr, type);
    const typeName = type.kind === 'struct' ? type.name : found.name;
    const entries = expr.entries.map((e) => {
      const value = this.#check(e.value);
      const fieldType = this.#declaredField(e, typeName, e.field) ?? types.error;
      const given = e.optional ? this.#unwrapOptional(value) : this.#typeOf(value);
      if (!this.#known.assign(fieldType, given)) {
        this.#report(
          e,
          `expected type of field '${e.field}' is '${String(fieldType)}' but provided type is '${String(given)}'`,
        );
      }
      return { ...e, value };
    });
    return { ...expr, type: found.name, entries };
  }

  #constructed(expr: Expr, { type }: Name): Type {
    if (type.kind === 'error') return types.error;
    const made = type.kind === 'type' ? type.parameters[0] : undefined;
    if (!made) this.#report(expr, `'${type.name}' is not a type`);
    else if (made.kind !== 'struct') this.#report(expr, `'${made.name}' is not a message type`);
    return made?.kind === 'struct' ? made : types.error;
  }

  #checkComprehension(expr: Comprehension): Expr {
    const range = this.#check(expr.range);
    const init = this.#check(expr.init);
    const accumulated = this.#typeOf(init);
    const [first, second] = this.#loopTypes(range, expr.variable2 !== undefined);
    const outer = this.#scopes;
    const withResult = [...outer, new Map([[expr.accumulator, accumulated]])];
    const variables = new Map([[expr.variable, first]]);
    if (expr.variable2 !== undefined) variables.set(expr.variable2, second);
    this.#scopes = [...withResult, variables];
    // Upstream's checker forgets within macros, and after them, which comparisons it was to leave out.
    this.#allComparisons = true;
    const condition = this.#check(expr.condition);
    this.#assertType(condition, types.bool);
    const step = this.#check(expr.step);
    this.#assertType(step, accumulated);
    this.#scopes = withResult;
    const result = this.#check(expr.result);
    this.#scopes = outer;
    this.#setType(expr, this.#known.apply(this.#typeOf(result)));
    return { ...expr, range, init, condition, step, result };
  }

  /** What the variables of a loop are: the elements or keys of its range, or with two, indices or keys and their values. */
  #loopTypes(range: Expr, two: boolean): readonly [Type, Type] {
    const type = this.#known.apply(this.#typeOf(range));
    switch (type.kind) {
      case 'list':
        return two ? [types.int, type.parameters[0]!] : [type.parameters[0]!, types.dyn];
      case 'map':
        return [type.parameters[0]!, type.parameters[1]!];
      case 'dyn':
      case 'error':
      case 'param':
        this.#known.assign(types.dyn, type);
        return [types.dyn, types.dyn];
      default:
        this.#report(
          range,
          `expression of type '${String(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [types.error, types.error];
    }
  }

  #assertType(expr: Expr, wanted: Type): void {
    if (!this.#known.assign(wanted, this.#typeOf(expr))) this.#mismatch(expr, wanted, this.#typeOf(expr));
  }

  #typeOf(expr: Expr): Type {
    return this.#types.get(expr.id) ?? types.error;
  }

  #setType(expr: Expr, type: Type): void {
    this.#types.set(expr.id, type);
  }
}

const unwrapped = (type: Type): Type => (type.isOptional ? type.parameters[0]! : type);

function signature(args: readonly Type[], member: boolean): string {
  const [receiver, ...rest] = args.map(String);
  return member ? `${receiver}.(${rest.join(', ')})` : `(${[receiver, ...rest].join(', ')})`;
}

/** `a.b.c` as one name, when an expression is nothing but that. */
function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
