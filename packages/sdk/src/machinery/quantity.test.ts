import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalQuantity, compareQuantity } from './quantity.ts';

test('quantities in the shortest way to say them', () => {
  for (const [text, canonical] of [
    ['0.0', '0'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1024Ki', '1Mi'],
    ['1.5Gi', '1536Mi'],
    ['1.35Gi', '1449551462400m'],
    ['0.0001Ki', '102400u'],
    ['7Ei', '7Ei'],
    ['0.5', '500m'],
    ['-0.0000000001', '-1n'],
    ['1000e3', '1e6'],
    ['1e-3', '1e-3'],
    ['12e400', '120e399'],
    [`1${'0'.repeat(30)}`, '1000000000000E'],
  ] as const) {
    assert.equal(canonicalQuantity(text), canonical, text);
    assert.equal(compareQuantity(text, canonical), 0);
  }
});

test('with a binary suffix there is a largest one', () => {
  for (const text of ['8Ei', '-8Ei', '99999999999999999Ki']) {
    assert.equal(canonicalQuantity(text), `${text.startsWith('-') ? '-' : ''}9223372036854775807`, text);
  }
  assert.equal(canonicalQuantity('10E'), '10E');
});

test('what is no quantity, and what would be too large to compute with', () => {
  for (const text of ['1K', '1 k', '', '.', '--1', '1e', 'e3']) {
    assert.throws(() => canonicalQuantity(text), /quantities must match/, text);
  }
  for (const text of ['1e1001', '1E-1001', '1e99999999999999999999']) {
    assert.throws(() => canonicalQuantity(text), { message: "unable to parse quantity's suffix" });
  }
});

test('numbers of very many digits are read and written', () => {
  assert.equal(canonicalQuantity(`1${'0'.repeat(100_000)}`).length, 100_000 - 18 + 2);
});
