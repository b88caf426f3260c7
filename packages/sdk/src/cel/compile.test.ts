import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ArrayList,
  compile,
  CostLimitError,
  Double,
  Env,
  EvalError,
  fieldsOf,
  homogeneousLiterals,
  isError,
  ListValue,
  MapValue,
  type ObjectType,
  optionalLibrary,
  PlanError,
  program,
  readDynamic,
  readInt,
  readList,
  readMap,
  readObject,
  readString,
  type Result,
  standardLibrary,
  twoVariableLibrary,
  types,
  type Value,
  wellFormedLiterals,
} from './index.ts';

const spec: ObjectType = {
  type: types.object('Spec'),
  fields: fieldsOf({ replicas: readInt, name: readString, tags: readList(readString), labels: readMap(readString) }),
};

const env = new Env({
  libraries: [standardLibrary, optionalLibrary, twoVariableLibrary],
  optionalSyntax: true,
  crossTypeNumericComparisons: true,
  presenceTestHasCost: false,
  types: [spec],
  variables: [
    { name: 'self', type: spec.type },
    { name: 'any', type: types.dyn },
  ],
});
const careful = env.extend({ libraries: [homogeneousLiterals, wellFormedLiterals] });

const activation: ReadonlyMap<string, Result> = new Map([
  ['self', readObject(spec).read({ replicas: 3, tags: ['a', 'b'], labels: { app: 'web' }, undeclared: 1 })],
  ['any', readDynamic.read({ n: 1, big: 1e300, long: 4611686018427388000, none: null, list: [1, 'two', 2.5] })],
]);

function evaluate(source: string, budget = 1_000_000): { readonly result: Result; readonly cost: number } {
  const { ast, text } = compile(env, source) as { ast: Parameters<typeof program>[1]; text?: string };
  assert.ok(ast, text);
  return program(env, ast).eval(activation, { budget });
}

/** As plain data; doubles stay what they are. */
function plain(result: Result): unknown {
  if (isError(result)) return `error: ${result.message}`;
  if (result instanceof ListValue) return Array.from({ length: result.size }, (_, i) => plain(result.at(i)));
  if (result instanceof MapValue) {
    return Object.fromEntries([...result.keys()].map((k) => [plain(k), plain(result.find(k) as Value)]));
  }
  return result instanceof Double ? { double: result.value } : result;
}

test('values are read from JSON by their declared types', () => {
  const table: [source: string, value: unknown][] = [
    ['self.replicas + 1', 4],
    ['self.tags', ['a', 'b']],
    ['self.labels["app"] + self.labels.app', 'webweb'],
    ['has(self.name)', false],
    ['self.name', 'error: no such key: name'],
    ['any.n + 1', 2],
    ['any.list[2] + 0.5', { double: 3 }],
    ['any.big == 1e300', true],
    ['any.long + 1', 4611686018427388001n],
    ['any.none == null', true],
    ['has(any.none)', true],
    ['any.toString', 'error: no such key: toString'],
    ['any.list[3]', 'error: index out of bounds: 3'],
  ];
  for (const [source, value] of table) assert.deepEqual(plain(evaluate(source).result), value, source);
});

test('ints are exact in 64 bits and overflow into errors', () => {
  const table: [source: string, value: unknown][] = [
    ['9007199254740991 + 1', 2n ** 53n],
    ['9007199254740993 - 2', Number.MAX_SAFE_INTEGER],
    ['4611686018427387904 * 2', 'error: integer overflow'],
    ['9223372036854775807 + 1', 'error: integer overflow'],
    ['-(-9223372036854775807 - 1)', 'error: integer overflow'],
    ['-7 / 2', -3],
    ['-7 % 2', -1],
    ['0 * -1 == 0', true],
    ['1 / 0', 'error: division by zero'],
    ['1 % 0', 'error: modulus by zero'],
    ['9223372036854775807 == 9223372036854775806', false],
    ['18446744073709551615u > 9223372036854775807', true],
    ['1u - 2u', 'error: unsigned integer overflow'],
  ];
  for (const [source, value] of table) assert.deepEqual(plain(evaluate(source).result), value, source);
});

test('and, or and the macros over them forget errors that don’t matter', () => {
  const table: [source: string, value: unknown][] = [
    ['any.zz || true', true],
    ['true || any.zz', true],
    ['any.zz && false', false],
    ['any.zz || false', 'error: no such key: zz'],
    ['any.n || true', true],
    ['any.n && true', 'error: no such overload'],
    ['[0, 1, 2].exists(x, 2 / x == 1)', true],
    ['[1, 0].all(x, 2 / x == 2)', 'error: division by zero'],
    ['[0, 1].exists_one(x, 2 / x == 2)', 'error: division by zero'],
    ['any.zz ? 1 : 2', 'error: no such key: zz'],
  ];
  for (const [source, value] of table) assert.deepEqual(plain(evaluate(source).result), value, source);
});

test('texts, moments and spans', () => {
  const table: [source: string, value: unknown][] = [
    ['size("😀é")', 2],
    ['"a" < "b" && "😀" > "\uffff"', true],
    ['"abc".matches("^a.c$") && matches("xabcx", "b")', true],
    ['string(1e6) + string(0.1) + string(b"ok")', '1e+060.1ok'],
    ['int("-7") + int(2.9) + int(timestamp("1970-01-01T00:01:00Z"))', 55],
    ['string(timestamp("2024-02-29T23:59:59.5+02:00") + duration("1s"))', '2024-03-01T00:00:00.5+02:00'],
    ['timestamp("2024-07-01T00:30:00Z").getHours("Europe/Berlin")', 2],
    ['timestamp("2024-07-01T00:30:00Z").getDate("-01:00")', 30],
    ['timestamp("2024-07-01T00:30:00Z").getHours("No/Where")', 'error: unknown time zone No/Where'],
    ['timestamp("2024-07-01T00:30:00Z").getHours("99999999999:00")', 'error: timestamp overflow'],
    ['timestamp("2024-07-01T00:30:00Z").getHours("europe/berlin")', 'error: unknown time zone europe/berlin'],
    ['timestamp("2024-12-31T00:00:00Z").getDayOfYear()', 365],
    ['string(duration("1h1.5s"))', '3601.5s'],
    ['duration("-90m").getHours()', -1],
    ['(timestamp("9999-12-31T00:00:00Z") + duration("24h")) == null', 'error: timestamp overflow'],
  ];
  for (const [source, value] of table) assert.deepEqual(plain(evaluate(source).result), value, source);
});

test('optionals and macros over two variables', () => {
  const table: [source: string, value: unknown][] = [
    ['self.?name.orValue("none")', 'none'],
    ['self.?labels.?app.optMap(a, a + "!").value()', 'web!'],
    ['any.?zz.?deeper.hasValue()', false],
    ['[1, ?any.?zz, ?any.?n]', [1, 1]],
    ['optional.none().value()', 'error: optional.none() dereference'],
    ['["a", "b"].transformMap(i, v, v + string(i))', { 0: 'a0', 1: 'b1' }],
    ['{"a": 1}.transformMapEntry(k, v, {string(v): k})', { 1: 'a' }],
    ['["a", "a"].transformMapEntry(i, v, {v: i})', 'error: insert failed: key a already exists'],
    ['[3, 4].all(i, v, v == i + 3)', true],
  ];
  for (const [source, value] of table) assert.deepEqual(plain(evaluate(source).result), value, source);
});

test('what doesn’t check is reported in upstream’s words', () => {
  const table: [source: string, ...reports: string[]][] = [
    ['self.nam', "1:5: undefined field 'nam'\n | self.nam\n | ....^"],
    ['slf', "1:1: undeclared reference to 'slf' (in container '')\n | slf\n | ^"],
    ['self.foo()', "1:9: undeclared reference to 'foo' (in container '')\n | self.foo()\n | ........^"],
    ['1 + "a"', "1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + \"a\"\n | ..^"],
    [
      '"a".startsWith(1)',
      "1:15: found no matching overload for 'startsWith' applied to 'string.(int)'\n | \"a\".startsWith(1)\n | ..............^",
    ],
    ['1 && true', "1:1: expected type 'bool' but found 'int'\n | 1 && true\n | ^"],
    [
      'self.replicas.all(x, true)',
      "1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.replicas.all(x, true)\n | ....^",
    ],
    ['self.replicas.x', "1:14: type 'int' does not support field selection\n | self.replicas.x\n | .............^"],
    ['[?1]', "1:3: expected type 'optional_type(int)' but found 'int'\n | [?1]\n | ..^"],
    [
      'int{a: 1}',
      "1:4: 'int' is not a message type\n | int{a: 1}\n | ...^",
      "1:6: unexpected failed resolution of 'int'\n | int{a: 1}\n | .....^",
    ],
    ['[1, "a"]', "1:5: expected type 'int' but found 'string'\n | [1, \"a\"]\n | ....^"],
    ['duration("x")', '1:10: invalid duration argument\n | duration("x")\n | .........^'],
    ['self.name.matches("(")', '1:19: invalid matches argument\n | self.name.matches("(")\n | ..................^'],
  ];
  for (const [source, ...wanted] of table) {
    const compiled = compile(careful, source);
    assert.ok(!compiled.ast, source);
    assert.equal(compiled.text, wanted.map((w) => `ERROR: <input>:${w}`).join('\n'), source);
  }
});

test('constants that don’t convert are found before anything is evaluated', () => {
  for (const source of ['int("x")', 'duration("x")', '"a".matches("(")', 'any[null]']) {
    const { ast } = compile(env, source);
    assert.throws(() => program(env, ast!), PlanError, source);
  }
});

test('each step costs what upstream’s tracker counts', () => {
  const table: [source: string, cost: number][] = [
    ['1 + 2', 1],
    ['self.replicas', 2],
    ['has(self.name)', 1],
    ['self.tags[self.replicas - 2]', 6],
    ['[self.replicas]', 12],
    ['[1, 2]', 0],
    ['{"a": self.replicas}', 32],
    ['"a" in self.tags', 4],
    ['"a" in ["a", "b"]', 0],
    ['true ? any : null', 0],
    ['"0123456789abcdef" + "0"', 2],
    ['self.tags.all(t, t != "")', 11],
    ['self.tags.map(t, t)', 29],
    ['"abcdefghij".matches("a.*j")', 2],
  ];
  for (const [source, cost] of table) assert.equal(evaluate(source).cost, cost, source);
});

test('a budget ends evaluation, also of loops that cost nothing', () => {
  const numbers = `[${Array.from({ length: 100 }, (_, i) => i).join(', ')}]`;
  const loops = (round: string, depth: number): string =>
    depth === 0 ? round : `${numbers}.exists_one(x${depth}, ${loops(round, depth - 1)})`;
  const costly = evaluate(loops('size("abc") == 4', 4), 100_000).result;
  assert.ok(costly instanceof CostLimitError);
  assert.equal(costly.message, 'operation cancelled: actual cost limit exceeded');
  const started = process.hrtime.bigint();
  const free = evaluate(loops('false', 5)).result;
  assert.ok(free instanceof EvalError && free.message === 'operation interrupted');
  assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
});

test('what is cheap to write and endless to do is ended', () => {
  const doubled = (times: number): string => `[[1]]${'.map(a, a + a)'.repeat(times)}`;
  const table: [source: string, ends: RegExp][] = [
    [`${doubled(60)}.exists(a, 5 in a)`, /interrupted|cost limit/],
    [`${doubled(18)}.exists(a, 5 in a) || ${doubled(18)}.exists(a, a == a + [1])`, /^$/],
    [`["aaaa"]${'.map(a, a + a)'.repeat(60)}`, /cost limit/],
  ];
  for (const [source, ends] of table) {
    const { result } = evaluate(source);
    assert.match(result instanceof EvalError ? result.message : '', ends, source.slice(-60));
  }
  const compiled = compile(env, `optional.of(1)${'.optMap(a, a)'.repeat(60)}`);
  assert.match(compiled.ast ? '' : compiled.text, /node limit exceeded/);
});

test('a list’s own rules hold where it stands on the left', () => {
  class AnyOrder extends ArrayList {
    override readonly takesOnlyInts: boolean = true;
    override equals(other: ListValue): boolean {
      return other.size === this.size;
    }
  }
  const within = env.extend({ variables: [{ name: 'set', type: types.list(types.int) }] });
  const table: [source: string, value: unknown][] = [
    ['set == [2, 1]', true],
    ['[2, 1] == set', false],
    ['set[1]', 2],
    ['set[dyn(1.0)]', 'error: unsupported index: 1'],
    ['[1, 2][dyn(1.0)]', 2],
  ];
  for (const [source, value] of table) {
    const { ast } = compile(within, source);
    const { result } = program(within, ast!).eval(new Map([['set', new AnyOrder([1, 2])]]));
    assert.deepEqual(plain(result), value, source);
  }
});

test('lists that grow in a loop take time that grows with their length', () => {
  const thousand = `[${Array(1000).fill('1').join(',')}]`;
  const { result } = evaluate(`${thousand}.map(x, x).map(x, x).filter(x, x == 1).size() == 1000`);
  assert.equal(result, true);
  assert.equal(evaluate(`${Array(200).fill('self.tags').join(' + ')} == []`).result, false);
});
