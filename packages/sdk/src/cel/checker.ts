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
import { type Name, Names, qualifiedName } from './names.ts';
import { operators } from './operators.ts';
import { resolveOverloads, signature } from './overloads.ts';
import { isDyn, isDynOrError, mostGeneral, Substitution } from './substitution.ts';
import { type Type, types } from './types.ts';
import { typeOfValue } from './values.ts';

type Call = Extract<Expr, { kind: 'call' }>;

/** Finds the type of every node, and which variable or overloads each name means. The tree comes back with names in full. */
export class Checker {
  readonly #env: Env;
  readonly #report: Report;
  readonly #types = new Map<number, Type>();
  readonly #references = new Map<number, Reference>();
  readonly #known = new Substitution();
  readonly #names: Names;
  /** Whether numbers of different types compare. */
  #mixed: boolean;

  constructor(env: Env, report: Report) {
    this.#env = env;
    this.#report = report;
    this.#names = new Names(env);
    this.#mixed = env.crossTypeNumericComparisons;
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
    const found = this.#names.lookup(expr.name);
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

  #checkSelect(expr: Select): Expr {
    const name = qualifiedName(expr);
    const found = name === undefined ? undefined : this.#names.lookup(name);
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
    const member = call.target !== undefined;
    const { overloads, result } = resolveOverloads(fn, given, { member, known: this.#known, mixed: this.#mixed });
    if (result) {
      this.#setType(call, result);
      this.#references.set(call.id, { overloads });
      return call;
    }
    const shown = given.map((t) => this.#known.apply(t, true));
    this.#report(call, `found no matching overload for '${fn.name}' applied to '${signature(shown, member)}'`);
    this.#setType(call, types.error);
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
    const found = this.#names.lookup(expr.type);
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
    const variables = new Map([[expr.variable, first]]);
    if (expr.variable2 !== undefined) variables.set(expr.variable2, second);
    // Upstream's checker forgets within macros, and after them, which comparisons it was to leave out.
    this.#mixed = true;
    const [condition, step, result] = this.#names.within(new Map([[expr.accumulator, accumulated]]), () => {
      const inLoop = this.#names.within(variables, () => {
        const goesOn = this.#check(expr.condition);
        this.#assertType(goesOn, types.bool);
        const next = this.#check(expr.step);
        this.#assertType(next, accumulated);
        return [goesOn, next] as const;
      });
      return [...inLoop, this.#check(expr.result)] as const;
    });
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
