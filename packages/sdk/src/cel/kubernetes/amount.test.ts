import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Amount, parseAmount } from './amount.ts';

test('quantities are read as whole numbers of powers of ten, which integers show in', () => {
  for (const [text, integer] of [
    ['0', 0n],
    ['5', 5n],
    ['-5', -5n],
    ['5k', 5000n],
    ['1Ki', 1024n],
    ['1e3', 1000n],
    ['1.5k', 1500n],
    ['0.5', undefined],
    ['100m', undefined],
    ['9223372036854775807', undefined],
    ['9999999999999999999999G', undefined],
  ] as const) {
    assert.equal(parseAmount(text).integer, integer, text);
  }
  for (const bad of ['', '1 k', '1kk', '1K', '--1', '1,5', '1e9999', '1e-99999999999'])
    assert.throws(() => parseAmount(bad), bad);
});

test('amounts compare, add and subtract whatever their sizes are', () => {
  assert.equal(parseAmount('1').compare(parseAmount('1000m')), 0);
  assert.equal(parseAmount('1Ki').compare(parseAmount('1k')), 1);
  assert.equal(parseAmount('-1').compare(parseAmount('1')), -1);
  assert.equal(parseAmount('50k').plus(parseAmount('20')).compare(Amount.of(50_020n)), 0);
  assert.equal(parseAmount('1').minus(parseAmount('100m')).compare(parseAmount('900m')), 0);
  assert.equal(parseAmount('9999999999999999999999G').plus(Amount.of(1n)).sign, 1);
});
