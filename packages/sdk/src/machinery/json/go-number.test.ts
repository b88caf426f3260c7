import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInt64, printNumber } from './go-number.ts';

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
