import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Expr } from '../ast.ts';
import { Source } from '../source.ts';
import { Env } from '../env.ts';
import { standardLibrary } from '../library/index.ts';
import { parse } from './parse.ts';

const env = new Env({ libraries: [standardLibrary] });

const anything =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

function parsed(text: string): { readonly expr: Expr | undefined; readonly reports: readonly string[] } {
  const source = new Source(text);
  const reports: string[] = [];
  const report = (location: Parameters<Source['report']>[0], message: string) =>
    void reports.push(source.report(location, message));
  return { expr: parse(source, { macro: (...call) => env.macro(...call), optionalSyntax: true, report }), reports };
}

/** An expression as nested calls, enough to see how it was read. */
function shown(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value);
    case 'ident':
      return expr.name;
    case 'select':
      return `${shown(expr.operand)}.${expr.field}${expr.testOnly ? '?' : ''}`;
    case 'call':
      return `${expr.target ? `${shown(expr.target)}:` : ''}${expr.function}(${expr.args.map(shown).join(' ')})`;
    case 'list':
      return `[${expr.elements.map((e, i) => `${expr.optional.includes(i) ? '?' : ''}${shown(e)}`).join(' ')}]`;
    case 'map':
      return `{${expr.entries.map((e) => `${e.optional ? '?' : ''}${shown(e.key)}=${shown(e.value)}`).join(' ')}}`;
    case 'struct':
      return `${expr.type}{${expr.entries.map((e) => `${e.field}=${shown(e.value)}`).join(' ')}}`;
    case 'comprehension':
      return `fold(${shown(expr.range)} ${expr.variable} ${shown(expr.init)} ${shown(expr.condition)} ${shown(expr.step)} ${shown(expr.result)})`;
  }
}

test('operators bind as the grammar says', () => {
  const table: [source: string, read: string][] = [
    ['1 + 2 * 3 - 4', '_-_(_+_(1 _*_(2 3)) 4)'],
    ['a && b || c && d', '_||_(_&&_(a b) _&&_(c d))'],
    ['a || b || c || d', '_||_(_||_(a b) _||_(c d))'],
    ['a < b == c', '_==_(_<_(a b) c)'],
    ['a ? b : c ? d : e', '_?_:_(a b _?_:_(c d e))'],
    ['!!a', 'a'],
    ['---a', '-_(a)'],
    ['-1', '-1'],
    ['a.b.c(1)[2].d', '_[_](a.b:c(1) 2).d'],
    ['.a.b{c: 1, d: 2,}', '.a.b{c=1 d=2}'],
    ['[1, ?a, {?b: c},]', '[1 ?a {?b=c}]'],
    ['a.?b[?c]', "_[?_](_?._(a 'b') c)"],
    ['x in [1]', '@in(x [1])'],
    ['a // the rest is said\n + b', '_+_(a b)'],
  ];
  for (const [source, read] of table) assert.equal(shown(parsed(source).expr!), read, source);
});

test('macros become folds', () => {
  const table: [source: string, read: string][] = [
    ['has(a.b)', 'a.b?'],
    ['l.all(x, p)', 'fold(l x true @not_strictly_false(@result) _&&_(@result p) @result)'],
    ['l.exists(x, p)', 'fold(l x false @not_strictly_false(!_(@result)) _||_(@result p) @result)'],
    ['l.exists_one(x, p)', 'fold(l x 0 true _?_:_(p _+_(@result 1) @result) _==_(@result 1))'],
    ['l.map(x, y)', 'fold(l x [] true _+_(@result [y]) @result)'],
    ['l.map(x, p, y)', 'fold(l x [] true _?_:_(p _+_(@result [y]) @result) @result)'],
    ['l.filter(x, p)', 'fold(l x [] true _?_:_(p _+_(@result [x]) @result) @result)'],
    ['all(x, p)', 'all(x p)'],
  ];
  for (const [source, read] of table) assert.equal(shown(parsed(source).expr!), read, source);
});

test('literals say what their escapes mean', () => {
  const table: [source: string, value: unknown][] = [
    [String.raw`'\a\b\f\n\r\t\v\\\'\"\?'`, '\x07\b\f\n\r\t\v\\\'"?'],
    [String.raw`"\x41\u00e9\U0001F600\101"`, 'Aé😀A'],
    [String.raw`r'\n'`, '\\n'],
    [`'''two\r\nlines'''`, 'two\nlines'],
    ['"""a"b"""', 'a"b'],
    ['0x1F', 31],
    ['-9223372036854775808', -(2n ** 63n)],
    ['true', true],
    ['null', null],
  ];
  for (const [source, value] of table) {
    const { expr } = parsed(source);
    assert.ok(expr?.kind === 'literal', source);
    assert.equal(expr.value, value, source);
  }
  const bytes = parsed(String.raw`b'\xff\101é'`).expr;
  assert.ok(bytes?.kind === 'literal' && bytes.value instanceof Uint8Array);
  assert.deepEqual([...bytes.value], [0xff, 0x41, 0xc3, 0xa9]);
});

test('wrong syntax is reported in upstream’s words', () => {
  const table: [source: string, ...reports: string[]][] = [
    ['1 +', `1:4: Syntax error: mismatched input '<EOF>' expecting ${anything}\n | 1 +\n | ...^`],
    ['self.', "1:6: Syntax error: no viable alternative at input '.'\n | self.\n | .....^"],
    ['a b', "1:3: Syntax error: extraneous input 'b' expecting <EOF>\n | a b\n | ..^"],
    ['[1, 2', "1:6: Syntax error: mismatched input '<EOF>' expecting {']', ','}\n | [1, 2\n | .....^"],
    ['(1', "1:3: Syntax error: missing ')' at '<EOF>'\n | (1\n | ..^"],
    ['x.true', "1:3: Syntax error: mismatched input 'true' expecting IDENTIFIER\n | x.true\n | ..^"],
    [
      'é & b',
      "1:3: Syntax error: token recognition error at: '& '\n | é & b\n | ．.^",
      "1:1: Syntax error: token recognition error at: 'é'\n | é & b\n | ＾",
    ],
    ['for', '1:1: reserved identifier: for\n | for\n | ^'],
    ['9223372036854775808', '1:1: invalid int literal\n | 9223372036854775808\n | ^'],
    ['has(a)', '1:5: invalid argument to has() macro\n | has(a)\n | ....^'],
    ['l.all(1, p)', '1:7: argument must be a simple name\n | l.all(1, p)\n | ......^'],
    ['l.map(1, p)', '1:7: argument is not an identifier\n | l.map(1, p)\n | ......^'],
    ['a.`b-c`', "1:3: unsupported syntax: '`'\n | a.`b-c`\n | ..^"],
  ];
  for (const [source, ...wanted] of table) {
    const { expr, reports } = parsed(source);
    assert.equal(expr, undefined, source);
    assert.deepEqual(reports.toSorted(), wanted.map((w) => `ERROR: <input>:${w}`).toSorted(), source);
  }
});

test('what is too large or too deep ends with one report', () => {
  const table: [source: string, report: string][] = [
    ['x'.repeat(100_001), 'expression code point size exceeds limit: size: 100001, limit 100000'],
    ['('.repeat(250) + '1' + ')'.repeat(250), 'expression recursion limit exceeded: 250'],
    [`a${'.b'.repeat(251)}`, 'max recursion depth exceeded'],
  ];
  for (const [source, report] of table) assert.deepEqual(parsed(source).reports, [`ERROR: <input>:-1:0: ${report}`]);
  assert.ok(parsed('['.repeat(249) + ']'.repeat(249)).expr, 'one less is fine');
  assert.ok(parsed(Array(5000).fill('a').join(' && ')).expr, 'chains of && are no deeper for being long');
});

test('after thirty errors nothing is looked for any more', () => {
  const { reports } = parsed('{a b,'.repeat(60));
  assert.match(reports.at(-1)!, /error recovery attempt limit exceeded: 30/);
});
