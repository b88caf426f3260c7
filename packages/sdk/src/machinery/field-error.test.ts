import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplicate, invalid, lineOf, notFoundAt, notSupported, tooMany, typedString } from './field-error.ts';

test('values stand in errors as upstream prints them', () => {
  const rows: [unknown, string][] = [
    ['a "b"', '"a \\"b\\""'],
    ['\u0007<', '"\\a<"'],
    [typedString('\u0007<'), '"\\u0007\\u003c"'],
    [-1, '-1'],
    [false, 'false'],
    [undefined, 'null'],
    [{ a: '<&>' }, '{"a":"\\u003c\\u0026\\u003e"}'],
    [['x'], '["x"]'],
  ];
  for (const [value, shown] of rows)
    assert.equal(lineOf(invalid('f', value, 'why')), `f: Invalid value: ${shown}: why`);
});

test('each kind of error has its words', () => {
  assert.equal(
    lineOf(notSupported('f', 'x<', ['a', 'b'])),
    'f: Unsupported value: "x\\u003c": supported values: "a", "b"',
  );
  assert.equal(lineOf(notFoundAt('f', 'x', 'why')), 'f: Not found: "x": why');
  assert.equal(lineOf(duplicate('f', 'x')), 'f: Duplicate value: "x"');
  assert.equal(lineOf(tooMany('f', 2, 1)), 'f: Too many: 2: must have at most 1 item');
});
