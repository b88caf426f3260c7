import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { writeYaml } from './write.ts';

const scalars: [string, unknown, string][] = [
  ['a word', 'word', 'word'],
  ['nothing', '', '""'],
  ['what would be a boolean', 'yes', '"yes"'],
  ['what would be null', '~', '"~"'],
  ['what would be a number', '0x1f', '"0x1f"'],
  ['what would be a number with an exponent', '1e3', '"1e3"'],
  ['what would be a date', '2026-01-02', '"2026-01-02"'],
  ['what would be base 60', '12:30', '"12:30"'],
  ['a dot', '.', '.'],
  ['a version', '1.2.3', '1.2.3'],
  ['an indicator in front', '@a', "'@a'"],
  ['a quote within one', "'it's", `'''it''s'`],
  ['a colon at the end', 'a:', "'a:'"],
  ['a colon within', 'a:b', 'a:b'],
  ['a comment', 'a #b', "'a #b'"],
  ['a space in front', ' two', "' two'"],
  ['a backslash', 'a\\b', 'a\\b'],
  ['a tab', 'a\tb', '"a\\tb"'],
  ['a bell', '\x07', '"\\a"'],
  ['beyond the basic plane', 'a \u{1f434}', '"a \\U0001F434"'],
  ['lines', 'a\nb\n', '|\n  a\n  b'],
  ['lines without an end', 'a\nb', '|-\n  a\n  b'],
  ['lines with too many ends', 'a\n\n', '|+\n  a\n'],
  ['indented lines', '  a\n b\n', '|2\n    a\n   b'],
  ['a line that ends in a space', 'a \nb', '"a \\nb"'],
  ['a number', 12, '12'],
  ['null', null, 'null'],
  ['an empty list', [], '[]'],
  ['an empty map', {}, '{}'],
];
for (const [name, value, want] of scalars) {
  test(`a scalar: ${name}`, () => assert.equal(writeYaml({ k: value }), `k: ${want}\n`));
}

test('keys are sorted, lists are not indented', () => {
  const value = { b: [{ y: 1, x: [1] }, 'z', [2]], a: { n: 1, A: 2, '12': 3, '-': 4 } };
  assert.equal(writeYaml(value), `a:\n  '-': 4\n  "12": 3\n  A: 2\n  "n": 1\nb:\n- x:\n  - 1\n  "y": 1\n- z\n- - 2\n`);
});

test('numbers in keys count by their value', () => {
  assert.equal(writeYaml({ a10: 1, a9: 2, a: 3 }), 'a: 3\na9: 2\na10: 1\n');
});

test('long lines are folded at spaces', () => {
  const text = writeYaml({ k: 'word '.repeat(40).trim() });
  assert.ok(text.split('\n').length > 2);
  assert.deepEqual(parse(text), { k: 'word '.repeat(40).trim() });
});

// Read as 1.2: under 1.1 the reader at hand takes `e0` and `.` for numbers, which neither the specification nor upstream does.
test('what is written is read as the same', () => {
  const key = fc.string({ minLength: 1, maxLength: 12 }).filter((k) => k !== '__proto__');
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[a-c :#\n'"-]{0,40}$/),
    fc.constantFrom('y', 'null', '1_000', '0o7'),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('map')),
    list: fc.array(tie('any'), { maxLength: 4 }),
    map: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
  })).any;
  fc.assert(
    fc.property(value, (v) => {
      assert.deepEqual(parse(writeYaml({ v })), JSON.parse(JSON.stringify({ v })));
    }),
    { numRuns: 1000 },
  );
});
