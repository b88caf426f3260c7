import { isObject, own } from './object.ts';

/** What a JSON path finds in a value. Throws when it can't be followed: by an index that isn't there, or into what is no list. */
export type JsonPath = (value: unknown) => unknown[];

type Step = (values: readonly unknown[]) => unknown[];

/** Reads a path of kubectl's kind (`.spec.ports[0].port`, `.status.conditions[?(@.type=="Ready")].status`); throws if it isn't one. */
export function parseJsonPath(text: string): JsonPath {
  const steps = new PathParser(text).steps();
  return (value) => follow(steps, [value]);
}

const follow = (steps: readonly Step[], values: readonly unknown[]): unknown[] =>
  steps.reduce<unknown[]>((found, step) => step(found), [...values]);

const ends = new Set([' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}']);

class PathParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  steps(): Step[] {
    const steps: Step[] = [];
    while (this.#at < this.#text.length) {
      const step = this.#step(steps.at(-1));
      if (step) steps.push(...step);
    }
    return steps;
  }

  #step(last: Step | undefined): Step[] | undefined {
    const text = this.#text;
    if (text.startsWith('[?(', this.#at)) return [this.#filter()];
    if (text.startsWith('..', this.#at)) return this.#recursive(last);
    const c = text[this.#at]!;
    if (c === ' ' || c === '@' || c === '$') {
      this.#at++;
      return undefined;
    }
    if (c === '[') return this.#brackets();
    if (c === '"' || c === "'") return [constant(this.#quoted(c))];
    if (c === '.') {
      this.#at++;
      return [this.#field()];
    }
    if (/[-+\d]/.test(c)) return [constant(this.#number())];
    if (/[\p{L}_]/u.test(c)) return [constant(this.#word())];
    throw new Error(`unrecognized character in action: ${c}`);
  }

  #name(): string {
    let name = '';
    while (this.#at < this.#text.length && !ends.has(this.#text[this.#at]!)) {
      if (this.#text[this.#at] === '\\') this.#at++;
      name += this.#text[this.#at++] ?? '';
    }
    return name;
  }

  #field(): Step {
    const name = this.#name();
    return name === '*' ? wildcard : fieldStep(name);
  }

  #recursive(last: Step | undefined): Step[] {
    if (last === recursive) throw new Error('invalid multiple recursive descent');
    this.#at += 2;
    return /[\p{L}\d_]/u.test(this.#text[this.#at] ?? '') ? [recursive, this.#field()] : [recursive];
  }

  #number(): number {
    const [text] = /^[-+]?[\d.]*/.exec(this.#text.slice(this.#at))!;
    this.#at += text.length;
    const value = Number(text);
    if (Number.isNaN(value)) throw new Error(`cannot parse number ${text}`);
    return value;
  }

  #word(): boolean {
    const name = this.#name();
    if (name !== 'true' && name !== 'false') throw new Error(`unrecognized identifier ${name}`);
    return name === 'true';
  }

  #quoted(quote: string): string {
    const from = ++this.#at;
    while (this.#text[this.#at] !== quote || this.#text[this.#at - 1] === '\\') {
      if (this.#at++ >= this.#text.length) throw new Error('unterminated quoted string');
    }
    return this.#text.slice(from, this.#at++).replace(/\\(.)/gs, '$1');
  }

  #brackets(): Step[] {
    const end = this.#text.indexOf(']', this.#at);
    if (end === -1) throw new Error('unterminated array');
    const inside = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    const parts = inside.split(',');
    if (parts.length === 1) return bracketSteps(inside);
    const all = parts.map((part) => bracketSteps(part.trim()));
    return [(values) => all.flatMap((steps) => follow(steps, values))];
  }

  #filter(): Step {
    const from = (this.#at += 3);
    let quote: string | undefined;
    for (; ; this.#at++) {
      const c = this.#text[this.#at];
      if (c === undefined) throw new Error('unterminated filter');
      if (quote === undefined ? c === '"' || c === "'" : c === quote && this.#text[this.#at - 1] !== '\\') {
        quote = quote === undefined ? c : undefined;
      } else if (c === ')' && quote === undefined) break;
    }
    if (this.#text[this.#at + 1] !== ']') throw new Error('unclosed array expect ]');
    const inside = this.#text.slice(from, this.#at);
    this.#at += 2;
    return filterStep(inside);
  }
}

const constant =
  (value: unknown): Step =>
  (values) =>
    values.map(() => value);

function fieldStep(name: string): Step {
  return (values) =>
    values.flatMap((v) => {
      const found = isObject(v) ? own(v, name) : undefined;
      return found === undefined ? [] : [found];
    });
}

const membersOf = (v: unknown): unknown[] => {
  if (typeof v === 'string') return [...Buffer.from(v)];
  if (Array.isArray(v)) return v;
  return isObject(v) ? Object.values(v) : [];
};

const wildcard: Step = (values) => values.flatMap(membersOf);

const recursive: Step = (values) =>
  values.flatMap((v) => {
    const members = membersOf(v);
    return members.length ? [v, ...recursive(members)] : [];
  });

function bracketSteps(inside: string): Step[] {
  const name = /^'([^']*)'$/.exec(inside)?.[1];
  if (name !== undefined) return new PathParser(`.${name}`).steps();
  const slice = /^(-?\d*)(:-?\d*)?(:\d*)?$/.exec(inside === '*' ? ':' : inside);
  if (!slice) throw new Error(`invalid array index ${inside}`);
  const numberOf = (text: string | undefined) => (text ? Number(text) : undefined);
  const [, first = '', second, third] = slice;
  const from = numberOf(first) ?? 0;
  // One index alone is a slice of one.
  const isOne = second === undefined;
  return [
    sliceStep({ from, to: isOne ? from + 1 : numberOf(second.slice(1)), isOne, step: numberOf(third?.slice(1)) }),
  ];
}

interface Slice {
  readonly from: number;
  readonly to: number | undefined;
  readonly isOne: boolean;
  readonly step: number | undefined;
}

function sliceStep({ from, to, isOne, step = 1 }: Slice): Step {
  if (step <= 0) throw new Error('step must be > 0');
  return (values) =>
    values.flatMap((v) => {
      if (v === null) return [];
      if (!Array.isArray(v)) throw new Error('it is not array or slice');
      const size = v.length;
      const start = from < 0 ? from + size : from;
      let end = to ?? size;
      if (end < 0 || (end === 0 && isOne)) end += size;
      if (start === end) return [];
      if (start < 0 || start >= size || end < 0 || end > size) throw new Error('array index out of bounds');
      if (start > end) throw new Error(`starting index ${start} is greater than ending index ${end}`);
      return v.slice(start, end).filter((_, i) => i % step === 0);
    });
}

function filterStep(inside: string): Step {
  const [, left = inside, operator, right = ''] = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(inside) ?? [];
  const leftSteps = new PathParser(left).steps();
  const rightSteps = new PathParser(right).steps();
  const passes = (item: unknown): boolean => {
    const found = follow(leftSteps, [item]);
    if (!operator) return found.length > 0;
    if (!found.length) return false;
    const wanted = follow(rightSteps, [item]);
    if (found.length > 1 || wanted.length > 1) throw new Error('can only compare one element at a time');
    return wanted.length > 0 && compares(found[0], operator, wanted[0]);
  };
  return (values) =>
    values.flatMap((v) => {
      if (!Array.isArray(v)) throw new Error('it is not array or slice and cannot be filtered');
      return v.filter(passes);
    });
}

function compares(a: unknown, operator: string, b: unknown): boolean {
  if (typeof a !== typeof b || typeof a === 'object') throw new Error('incompatible types for comparison');
  const [x, y] = [a as string | number, b as string | number];
  switch (operator) {
    case '<':
      return x < y;
    case '>':
      return x > y;
    case '==':
      return x === y;
    case '!=':
      return x !== y;
    case '<=':
      return x <= y;
    case '>=':
      return x >= y;
    default:
      throw new Error(`unrecognized filter operator ${operator}`);
  }
}
