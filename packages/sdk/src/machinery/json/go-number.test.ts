import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubleText, isInt64, plainDoubleText, printNumber } from './go-number.ts';

test('numbers as upstream prints them', () => {
  const table: [number, string][] = [
    [0, '0'],
    [-7, '-7'],
    [1e21, '1e+21'],
    [1000000, '1000000'],
    [1.5, '1.5'],
    [0.00001, '1e-05'],
    [1234567.5, '1.2345675e+06'],
    [0.0001, '0.0001'],
  ];
  for (const [value, want] of table) assert.equal(printNumber(value), want);
  assert.ok(isInt64(-(2 ** 63)) && !isInt64(2 ** 63) && !isInt64(0.5) && !isInt64('1'));
});

test('doubles, with an exponent and without', () => {
  const table: [value: number, text: string, plain: string][] = [
    [1.5, '1.5', '1.5'],
    [-0, '-0', '0'],
    [1e6, '1e+06', '1000000'],
    [999_999.5, '999999.5', '999999.5'],
    [1e21, '1e+21', '1000000000000000000000'],
    [2.5e-7, '2.5e-07', '0.00000025'],
    [-1.25e-10, '-1.25e-10', '-0.000000000125'],
  ];
  for (const [value, text, plain] of table)
    assert.deepEqual([doubleText(value), plainDoubleText(value)], [text, plain]);
  assert.deepEqual([NaN, Infinity, -Infinity].map(doubleText), ['NaN', '+Inf', '-Inf']);
});
