/** Chance, from a seed: the same seed makes the same expressions. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}

type Kind =
  | 'int'
  | 'uint'
  | 'double'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'list'
  | 'strings'
  | 'map'
  | 'time'
  | 'span'
  | 'any'
  | 'optional';

const atoms: Readonly<Record<Kind, readonly string[]>> = {
  int: ['i', '0', '1', '-3', '42', '9223372036854775807', 'o.count', 'size(s)', 'li[0]', 'msi.one', 'x.a', 'int("7")'],
  uint: ['u', '0u', '3u', '18446744073709551615u', 'uint(2)'],
  double: ['d', '1.5', '-0.0', '1e300', '0.1', 'double(i)'],
  bool: ['b', 'true', 'false', 'x.d.e', 'has(o.name)', 'has(x.zz)', 'has(o.inner.any)'],
  string: ['s', '"abc"', "''", "'wörld'", 'o.name', 'ls[1]', 'o.labels.app', 'x.b', 'string(i)', '"😀a"'],
  bytes: ['y', 'b"abc"', "b''", 'bytes(s)'],
  list: ['li', '[1, 2, 3]', '[i, 4]', '[]', '[i]'],
  strings: ['ls', 'o.tags', '["a", "b"]', '[s]'],
  map: ['msi', '{"one": 1}', '{s: i}', '{}'],
  time: ['t', 'timestamp("2020-02-29T12:00:00Z")', 'timestamp("2021-06-01T00:30:00.5+02:00")', 'timestamp(i)'],
  span: ['r', 'duration("1h30m")', 'duration("-1.5s")', 'duration("100ms")'],
  any: ['x', 'lx', 'lx[1]', 'x.c[2]', 'null', 'dyn(1)', 'dyn("a")', 'x.zz', 'o.any', 'x[s]', 'lx[9]'],
  optional: ['oi', 'o.?inner.?count', 'optional.none()', 'optional.of(i)', 'li[?1]', 'msi[?"two"]', 'x.?zz'],
};

const kinds = Object.keys(atoms) as Kind[];

/** An expression of a kind, mostly: now and then one of another, so that errors are seen too. */
export function expression(dice: Dice, kind: Kind, depth: number): string {
  if (dice.next() < 0.04) return expression(dice, dice.pick(kinds), depth);
  if (depth <= 0 || dice.next() < 0.15) return dice.pick(atoms[kind]);
  const e = (k: Kind): string => expression(dice, k, depth - 1);
  const either = (k: Kind): string => `(${e('bool')} ? ${e(k)} : ${e(k)})`;
  if (dice.next() < 0.07) return either(kind);
  if (dice.next() < 0.03) return `dyn(${e(kind)})`;
  if (dice.next() < 0.03) return `cel.bind(v${depth}, ${e(kind)}, ${e(kind)})`;
  const forms = formsOf(dice, e);
  return dice.pick(forms[kind])();
}

function formsOf(dice: Dice, e: (kind: Kind) => string): Readonly<Record<Kind, readonly (() => string)[]>> {
  const arithmetic = (k: Kind) => () => `(${e(k)} ${dice.pick(['+', '-', '*', '/'])} ${e(k)})`;
  const zone = (): string => dice.pick(['', '"Europe/Berlin"', '"-05:30"', '"America/New_York"', '"Nowhere/Else"']);
  const comparable = (): string => {
    const k = dice.pick(['int', 'uint', 'double', 'string', 'bytes', 'time', 'span', 'bool'] as const);
    return `(${e(k)} ${dice.pick(['<', '<=', '>', '>='])} ${e(k)})`;
  };
  return {
    int: [
      arithmetic('int'),
      () => `(${e('int')} % ${e('int')})`,
      () => `-(${e('int')})`,
      () => `int(${e(dice.pick(['double', 'uint', 'string', 'time', 'span'] as const))})`,
      () => `size(${e(dice.pick(['string', 'list', 'map', 'bytes'] as const))})`,
      () => `${e('list')}[${e('int')}]`,
      () => `${e('map')}[${e('string')}]`,
      () =>
        `${e('time')}.${dice.pick(['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'])}(${zone()})`,
      () => `${e('span')}.${dice.pick(['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'])}()`,
      () => `${e('optional')}.orValue(${e('int')})`,
      () => `${e('optional')}.value()`,
    ],
    uint: [
      arithmetic('uint'),
      () => `(${e('uint')} % ${e('uint')})`,
      () => `uint(${e(dice.pick(['int', 'double', 'string'] as const))})`,
    ],
    double: [
      arithmetic('double'),
      () => `-(${e('double')})`,
      () => `double(${e(dice.pick(['int', 'uint', 'string'] as const))})`,
    ],
    bool: [
      comparable,
      comparable,
      () => `(${e('bool')} ${dice.pick(['&&', '||'])} ${e('bool')})`,
      () => `!${e('bool')}`,
      () => {
        const k = dice.pick(kinds);
        return `(${e(k)} ${dice.pick(['==', '!='])} ${e(k)})`;
      },
      () => `(dyn(${e(dice.pick(kinds))}) == ${e(dice.pick(kinds))})`,
      () =>
        `(type(${e(dice.pick(kinds))}) == ${dice.pick(['int', 'list', 'type', 'map', 'string', 'null_type', 'google.protobuf.Timestamp', 'optional_type'])})`,
      () => `(${e('int')} < ${e('double')})`,
      () => `(${e('uint')} >= ${e('int')})`,
      () => `(${e('int')} in ${e('list')})`,
      () => `(${e('string')} in ${e(dice.pick(['strings', 'map'] as const))})`,
      () => `(${e('any')} in [1, "a", 2.5])`,
      () => `${e('string')}.${dice.pick(['contains', 'startsWith', 'endsWith', 'matches'])}(${e('string')})`,
      () => `${e('string')}.matches("${dice.pick(['a+b?', '^w', '[a-z]+$', '\\\\d', ''])}")`,
      () =>
        `${e('list')}.${dice.pick(['all', 'exists', 'exists_one'])}(e, ${dice.pick(['e > 1', 'e / 0 == 1', 'e == i', 'true', e('bool')])})`,
      () =>
        `${e('map')}.${dice.pick(['all', 'exists', 'existsOne'])}(k, v, ${dice.pick(['v > 1', 'k == "one"', e('bool')])})`,
      () =>
        `has(${dice.pick(['o.inner.name', 'x.d.e', 'x.a.b', 'o.things[1].count', 'msi.two', 'x.?d.e', 'o.labels.zz'])})`,
      () => `${e('optional')}.hasValue()`,
      () => `bool(${e('string')})`,
    ],
    string: [
      () => `(${e('string')} + ${e('string')})`,
      () => `string(${e(dice.pick(['int', 'uint', 'double', 'bool', 'bytes', 'time', 'span', 'string'] as const))})`,
      () => `${e('strings')}[${e('int')}]`,
    ],
    bytes: [() => `(${e('bytes')} + ${e('bytes')})`, () => `bytes(${e('string')})`],
    list: [
      () => `(${e('list')} + ${e('list')})`,
      () => `[${e('int')}, ${e('int')}]`,
      () => `[${e('int')}, ?${e('optional')}]`,
      () => `${e('list')}.map(e, ${dice.pick(['e * 2', 'e + i', '1', e('int')])})`,
      () => `${e('list')}.map(e, ${dice.pick(['e > 1', e('bool')])}, e + 1)`,
      () => `${e('list')}.filter(e, ${dice.pick(['e != 2', 'e in li', e('bool')])})`,
      () => `${e('list')}.transformList(n, e, n + e)`,
      () => `${e('map')}.map(k, size(k))`,
    ],
    strings: [
      () => `(${e('strings')} + ${e('strings')})`,
      () => `[${e('string')}, ${e('string')}]`,
      () => `${e('strings')}.filter(e, ${dice.pick(['e.startsWith("a")', 'e < s', e('bool')])})`,
      () => `o.things.map(e, e.name)`,
    ],
    map: [
      () => `{${e('string')}: ${e('int')}}`,
      () => `{"a": ${e('int')}, ?"b": ${e('optional')}}`,
      () => `${e('map')}.transformMap(k, v, v + ${e('int')})`,
      () => `${e('map')}.transformMap(k, v, v > 1, v)`,
      () => `${e('list')}.transformMapEntry(n, v, {string(v): n})`,
    ],
    time: [
      () => `(${e('time')} ${dice.pick(['+', '-'])} ${e('span')})`,
      () => `(${e('span')} + ${e('time')})`,
      () => `timestamp(string(${e('time')}))`,
    ],
    span: [
      () => `(${e('span')} ${dice.pick(['+', '-'])} ${e('span')})`,
      () => `(${e('time')} - ${e('time')})`,
      () => `duration(string(${e('span')}))`,
    ],
    any: [
      () => `[${e(dice.pick(kinds))}, ${e(dice.pick(kinds))}]`,
      () => `{${e(dice.pick(['int', 'string', 'bool', 'uint'] as const))}: ${e(dice.pick(kinds))}}`,
      () => `(${e('any')} + ${e(dice.pick(kinds))})`,
      () => `(${e('any')} < ${e(dice.pick(kinds))})`,
      () => `${e('any')}[${e(dice.pick(['int', 'string', 'bool', 'double', 'uint'] as const))}]`,
      () => `${e('any')}.${dice.pick(['a', 'b', 'zz', 'size()', 'contains("a")'])}`,
      () => `size(${e('any')})`,
      () => `int(${e('any')})`,
      () => `${e('any')}.map(e, 1)`,
      () => `${e('any')}.all(e, e == e)`,
      () => `-${e('any')}`,
      () => `!${e('any')}`,
    ],
    optional: [
      () => `${e('optional')}.or(${e('optional')})`,
      () => `${e('optional')}.optMap(v, v + 1)`,
      () => `${e('optional')}.optFlatMap(v, optional.ofNonZeroValue(v - 9))`,
      () => `${e('map')}[?${e('string')}]`,
      () => `${e('list')}[?${e('int')}]`,
      () => `${e('list')}.${dice.pick(['first', 'last'])}()`,
      () => `optional.ofNonZeroValue(${e(dice.pick(kinds))})`,
      () => `o.?inner.?inner.${dice.pick(['count', '?count'])}`,
    ],
  };
}

const pieces = (
  '== != in < <= >= > && || [ ] { } ( ) . , - ! ? : + * / % true false null 1 2.5 3u a i s o o.name has all & | = $ @ if ' +
  `'s' b"y" \`a-b\` "abc ' """x""" 0x1F 1e3 r"\\d" //c \n a.b.c .a x.all(e,e) [1] {1:2} A{b:1} f( .? [? ?a --1 !!b é \t "\\q" ` +
  '99999999999999999999 1.2.3 """ Thing{name:s}'
).split(' ');

/** Syntax that is mostly wrong: pieces in any order, or an expression with a few characters lost or added. */
export function brokenExpression(dice: Dice): string {
  if (dice.next() < 0.3) {
    const some = Array.from({ length: 1 + dice.below(7) }, () => dice.pick(pieces));
    return some.join(dice.next() < 0.5 ? ' ' : '');
  }
  let chars = Array.from(expression(dice, dice.pick(kinds), 2));
  for (let n = 1 + dice.below(3); n > 0; n--) {
    const at = dice.below(chars.length + 1);
    const how = dice.next();
    if (how < 0.35) chars.splice(at, 1 + dice.below(3));
    else if (how < 0.8) chars.splice(at, 0, dice.pick(pieces));
    else chars = chars.slice(0, at);
  }
  return chars.join('');
}

/** Any kind of expression, of any size. */
export const anyExpression = (dice: Dice): string => expression(dice, dice.pick(kinds), 1 + dice.below(3));
