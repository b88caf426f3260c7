import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from './read.ts';

const values: [text: string, want: unknown][] = [
  ['a: 2001-02-03\nb: !!timestamp 2001-02-03', { a: '2001-02-03', b: '2001-02-03' }],
  ['a: !!binary aGVsbG8=', { a: 'hello' }],
  ['a: !!set {x, z}', { a: { x: null, z: null } }],
  ['a: 1:30\nb: 10:20:30', { a: '1:30', b: '10:20:30' }],
  ['a: 0o17\nb: 017\nc: 0x1F\nd: 0b11\ne: 1_000', { a: 15, b: 15, c: 31, d: 3, e: 1000 }],
  ['a: yes\nb: Off\nc: ~\nd: +12\ne: 12e03', { a: true, b: false, c: null, d: 12, e: 12000 }],
  ['a: !!str 5\nb: !!int "7"', { a: '5', b: 7 }],
  ['a: &x [1]\nb: *x\n<<: {z: 1}', { a: [1], b: [1], z: 1 }],
  ['a: !foo bar', { a: 'bar' }],
];
for (const [text, want] of values) {
  test(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(readYaml(Buffer.from(text)).value, want));
}

// As sigs.k8s.io/yaml says it.
const problems: [text: string, want: string][] = [
  ['{"apiVersion":"v1","kind":', 'line 1: did not find expected node content'],
  ['a: [1,', 'line 1: did not find expected node content'],
  [
    'apiVersion: v1\nkind: ConfigMap\n  metadata:\n name: note\n',
    'line 3: mapping values are not allowed in this context',
  ],
  ['a: b: c', 'mapping values are not allowed in this context'],
  ['a:\n- b\n  c: d', 'line 3: mapping values are not allowed in this context'],
  ['a: |\n x\n y\nb: 1\n  c: 2', 'line 5: mapping values are not allowed in this context'],
  ['a:\n\tb: 1', 'line 2: found character that cannot start any token'],
  ['\ta: 1', 'found character that cannot start any token'],
  ['a: v\n\tb: 1', 'line 2: found a tab character that violates indentation'],
  ['a: @b', 'found character that cannot start any token'],
  ['a: %b', 'found character that cannot start any token'],
  ['a: b\nc: `d', 'line 2: found character that cannot start any token'],
  ['{a: b', "line 1: did not find expected ',' or '}'"],
  ['[1,2', "line 1: did not find expected ',' or ']'"],
  ['key: [a, b\nother: c', "line 1: did not find expected ',' or ']'"],
  ['a: "x', 'found unexpected end of stream'],
  ["a: 'x\n", 'line 2: found unexpected end of stream'],
  ['a: b\nc: "\\q"', 'line 2: found unknown escape character'],
  ['a: }', 'did not find expected node content'],
  ['a: - b', 'block sequence entries are not allowed in this context'],
  ['- a\nb: c', "line 1: did not find expected '-' indicator"],
  ['a:\n  - b\n c: d', 'line 2: did not find expected key'],
  ['<<: ', 'map merge requires map or sequence of maps as the value'],
  ['<<: [1]', 'map merge requires map or sequence of maps as the value'],
  ['?\n- <<: a\n', 'map merge requires map or sequence of maps as the value'],
  ['a: *x', "unknown anchor 'x' referenced"],
  ['a: !!binary x', '!!binary value contains invalid base64 data'],
  ['a: \u0001', 'control characters are not allowed'],
  ['a: "\u007f"', 'control characters are not allowed'],
  ['? {a: 1}\n: b', 'invalid map key: map[interface {}]interface {}{"a":1}'],
  ['? [1, x, null, 1.5]\n: b', 'invalid map key: []interface {}{1, "x", interface {}(nil), 1.5}'],
  ['a: &x {b: c}\n*x : d', 'invalid map key: map[interface {}]interface {}{"b":"c"}'],
  [': x', 'did not find expected key'],
  ['a: b\nc', "line 3: could not find expected ':'"],
  ['a: b\n  "c": d\n e', 'line 2: mapping values are not allowed in this context'],
  ['a: {b: c}d', 'did not find expected key'],
  ['a:\n  b: [c\nd: e', "line 2: did not find expected ',' or ']'"],
  ['a: [b, "c\nd: e', 'line 2: found unexpected end of stream'],
  ['a:\n- b\n c: d', 'line 3: mapping values are not allowed in this context'],
  ['a: | b\n  c', 'did not find expected comment or line break'],
  ['a: >\n \tb\n\tc', 'line 2: found a tab character where an indentation space is expected'],
  ['a: |0\n b', 'found an indentation indicator equal to 0'],
  ['a: *', 'did not find expected alphabetic or numeric character'],
  ['a: &b\u00e9 c', 'did not find expected alphabetic or numeric character'],
  ['a: !b!c d', 'found undefined tag handle'],
  ['a: !b%zz c', 'did not find URI escaped octet'],
  ['a: !<b c', "did not find the expected '>'"],
  ['a: "\\xg0"', 'did not find expected hexdecimal number'],
  ['a: "\\ud800"', 'found invalid Unicode character escape code'],
  ['%FOO\n---\na', 'found unknown directive name'],
  ['%YAML 1.1\na: b', 'line 1: did not find expected <document start>'],
  ['a: "b\n--- c"', 'line 2: found unexpected document indicator'],
  ['a: &b [*b]', "anchor 'b' value contains itself"],
  ['- a\n? b', "line 1: did not find expected '-' indicator"],
  ['a: - b\n', 'block sequence entries are not allowed in this context'],
  ['a:\n  b: 1\n  : x', 'line 2: did not find expected key'],
  ['a: {b: c, : x}', 'did not find expected node content'],
];
for (const [text, want] of problems) {
  test(`refuses ${JSON.stringify(text)}`, () =>
    assert.throws(() => readYaml(Buffer.from(text)), { message: `yaml: ${want}` }));
}

for (const [text, value] of [
  ['?\n: x', '"x"'],
  ['~: {a: [1]}', 'map[interface {}]interface {}{"a":[]interface {}{1}}'],
  ['a: {? : ~}', '<nil>'],
]) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    const message = `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${value}`;
    assert.throws(() => readYaml(Buffer.from(text!)), { message });
  });
}

const octets: [bytes: number[], want: string][] = [
  [[0x61, 0x80], 'invalid leading UTF-8 octet'],
  [[0xff], 'invalid leading UTF-8 octet'],
  [[0x61, 0xc3], 'incomplete UTF-8 octet sequence'],
  [[0xc3, 0x61], 'invalid trailing UTF-8 octet'],
  [[0xc0, 0x80], 'invalid length of a UTF-8 sequence'],
  [[0xed, 0xa0, 0x80], 'invalid Unicode character'],
  [[0xf4, 0x90, 0x80, 0x80], 'invalid Unicode character'],
  [[0xef, 0xbf, 0xbe], 'control characters are not allowed'],
  [[0xc2, 0x80], 'control characters are not allowed'],
];
for (const [bytes, want] of octets) {
  const shown = Buffer.from(bytes).toString('hex');
  test(`refuses ${shown}`, () => assert.throws(() => readYaml(Uint8Array.from(bytes)), { message: `yaml: ${want}` }));
}

test('a key that stands twice is told by where its second value begins', () => {
  assert.deepEqual(readYaml(Buffer.from('a: 1\na:\n  b: 2\nc:\n  d: 1\n  d: 2')).duplicates, [
    'line 3: key "a" already set in map',
    'line 6: key "d" already set in map',
  ]);
});
