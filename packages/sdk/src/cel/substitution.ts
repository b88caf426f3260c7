import { Type, types } from './types.ts';

/** What the checker learnt so far of type parameters. A step that fails is taken back. */
export class Substitution {
  readonly #found = new Map<string, Type>();
  readonly #trail: { readonly name: string; readonly before: Type | undefined }[] = [];
  #fresh = 0;

  /** A parameter that no other place shares. */
  newParam(): Type {
    return types.param(`_var${this.#fresh++}`);
  }

  /** The type with what is known put in; what isn't known stays, or becomes `dyn`. */
  apply(type: Type, unknownToDyn = false): Type {
    if (type.kind === 'param') {
      const known = this.#found.get(type.name);
      if (known) return this.apply(known, unknownToDyn);
      return unknownToDyn ? types.dyn : type;
    }
    if (type.parameters.length === 0) return type;
    const parameters = type.parameters.map((p) => this.apply(p, unknownToDyn));
    if (parameters.every((p, i) => p === type.parameters[i])) return type;
    return new Type(type.kind, type.name, parameters, type.nullable);
  }

  /** Whether values of `from` may stand where `to` is wanted; if so, what that says of parameters is kept. */
  assign(to: Type, from: Type): boolean {
    return this.#attempt(() => this.#assignable(to, from));
  }

  assignAll(to: readonly Type[], from: readonly Type[]): boolean {
    return this.#attempt(() => this.#allAssignable(to, from));
  }

  #attempt(step: () => boolean): boolean {
    const mark = this.#trail.length;
    if (step()) return true;
    for (const { name, before } of this.#trail.splice(mark).toReversed()) {
      if (before) this.#found.set(name, before);
      else this.#found.delete(name);
    }
    return false;
  }

  #set(param: Type, to: Type): void {
    this.#trail.push({ name: param.name, before: this.#found.get(param.name) });
    this.#found.set(param.name, to);
  }

  #assignable(a: Type, b: Type): boolean {
    if (b.kind === 'param') {
      const known = this.#found.has(b.name);
      if (this.#substitute(a, b)) return true;
      if (known) return false;
    }
    if (a.kind === 'param') return this.#substitute(b, a);
    if (isDynOrError(a) || isDynOrError(b)) return true;
    if (a.kind === 'null') return takesNull(b);
    if (b.kind === 'null') return takesNull(a);
    switch (a.kind) {
      case 'type':
        return b.kind === 'type';
      case 'opaque':
      case 'list':
      case 'map':
        return a.kind === b.kind && a.name === b.name && this.#allAssignable(a.parameters, b.parameters);
      default:
        return sameType(b, a);
    }
  }

  #allAssignable(a: readonly Type[], b: readonly Type[]): boolean {
    return a.length === b.length && a.every((t, i) => this.#assignable(t, b[i]!));
  }

  /** Makes a parameter stand for a type, or for what is more general when it already stands for something. */
  #substitute(type: Type, param: Type): boolean {
    if (sameType(type, param)) return true;
    const known = this.#found.get(param.name);
    if (known) {
      if (sameType(type, known)) return true;
      if (!this.#assignable(type, known)) return false;
      const general = mostGeneral(type, known);
      if (!this.#occurs(param, general)) this.#set(param, general);
      return true;
    }
    if (this.#occurs(param, type)) return false;
    this.#set(param, type);
    return true;
  }

  #occurs(param: Type, within: Type): boolean {
    if (sameType(param, within)) return true;
    if (within.kind === 'param') {
      const known = this.#found.get(within.name);
      return known !== undefined && this.#occurs(param, known);
    }
    return within.parameters.some((p) => this.#occurs(param, p));
  }
}

export const isDyn = (t: Type): boolean => t.kind === 'dyn' || t.kind === 'any';
export const isDynOrError = (t: Type): boolean => isDyn(t) || t.kind === 'error';

/** Wrappers take null; objects, moments, durations and what is opaque always do. */
const takesNull = (t: Type): boolean =>
  t.nullable ||
  t.kind === 'null' ||
  t.kind === 'opaque' ||
  t.kind === 'struct' ||
  t.kind === 'duration' ||
  t.kind === 'timestamp';

/** Exactly the same type; a wrapper is the same as what it wraps. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.parameters.length !== b.parameters.length) return false;
  return a.parameters.every((p, i) => sameType(p, b.parameters[i]!));
}

/** The same type but for the names of parameters. */
export function equivalentType(a: Type, b: Type): boolean {
  if (a.kind !== b.kind || a.parameters.length !== b.parameters.length) return false;
  if (a.kind !== 'param' && a.name !== b.name) return false;
  return a.parameters.every((p, i) => equivalentType(p, b.parameters[i]!));
}

export const mostGeneral = (a: Type, b: Type): Type => (isAtLeastAsGeneral(a, b) ? a : b);

function isAtLeastAsGeneral(a: Type, b: Type): boolean {
  if (isDyn(a) || a.kind === 'param') return true;
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.kind !== 'opaque' && a.kind !== 'list' && a.kind !== 'map') return sameType(a, b);
  if (a.name !== b.name || a.parameters.length !== b.parameters.length) return false;
  return a.parameters.every((p, i) => isAtLeastAsGeneral(p, b.parameters[i]!));
}
