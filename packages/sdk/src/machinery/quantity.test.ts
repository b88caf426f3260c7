import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareQuantity, keptQuantity, milliQuantity } from './quantity.ts';

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
    ['1e21', '1e21'],
  ] as const) {
    assert.equal(keptQuantity(text), canonical, text);
    assert.equal(compareQuantity(text, canonical), 0);
  }
});

test('with a binary suffix there is a largest one', () => {
  for (const text of ['8Ei', '-8Ei', '99999999999999999Ki']) {
    assert.equal(keptQuantity(text), `${text.startsWith('-') ? '-' : ''}9223372036854775807`, text);
  }
  assert.equal(keptQuantity('10E'), '10E');
});

test('what is no quantity, and what would be too large to compute with', () => {
  for (const text of ['1K', '1 k', '', '.', '--1', '1e', 'e3']) {
    assert.throws(() => keptQuantity(text), /quantities must match/, text);
  }
  for (const text of ['1e1001', '1E-1001', '1e99999999999999999999']) {
    assert.throws(() => keptQuantity(text), { message: "unable to parse quantity's suffix" });
  }
});

test('a text that says nothing but the canonical number stays as it is', () => {
  for (const [text, want] of [
    ['05', '05'],
    ['+5', '+5'],
    ['5.', '5.'],
    ['+05.Mi', '+05.Mi'],
    ['+100m', '+100m'],
    ['5e0', '5e0'],
    ['1E3', '1E3'],
    ['+1e+3', '+1e+3'],
    ['01e4', '10e3'],
    ['1e1', '10'],
    ['1.5E3', '1500'],
    ['+1.0', '1'],
    ['+1000', '1k'],
    ['+1024Mi', '1Gi'],
    ['000', '0'],
    ['-0', '0'],
    ['+0', '0'],
    ['+5Ei', '5Ei'],
    ['+123456789012345678', '+123456789012345678'],
    ['+9223372036854775808', '9223372036854775808'],
  ] as const) {
    assert.equal(keptQuantity(text), want, text);
    assert.equal(keptQuantity(want), want, want);
  }
});

test('resources are counted in thousandths at the finest', () => {
  for (const [text, want] of [
    ['+5', '+5'],
    ['100m', '100m'],
    ['1000000n', '1m'],
    ['3u', '1m'],
    ['1.2345678901', '1235m'],
    ['-1.2345678901', '-1235m'],
    ['1e-9', '1e-3'],
    ['1e-3', '1e-3'],
  ] as const)
    assert.equal(milliQuantity(text), want, text);
});

test('beyond the largest suffix upstream writes none', () => {
  assert.equal(keptQuantity('100E'), '100E');
  assert.equal(keptQuantity('1000E'), '1');
  assert.equal(keptQuantity(`5${'0'.repeat(22)}`), '50');
});

test('numbers of very many digits are read and written', () => {
  assert.equal(keptQuantity(`1${'0'.repeat(100_000)}`), '10');
  assert.equal(keptQuantity(`1${'0'.repeat(99_999)}1`).length, 100_001);
});
