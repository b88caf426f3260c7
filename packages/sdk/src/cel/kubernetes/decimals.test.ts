import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedText, scientificText } from './decimals.ts';

test('doubles print as upstream prints them', () => {
  assert.equal(fixedText(1234567.891, 2), '1,234,567.89');
  assert.equal(fixedText(0.5, 0), '0');
  assert.equal(fixedText(1.5, 0), '2');
  assert.equal(fixedText(-0.125, 2), '-0.12');
  assert.equal(fixedText(Infinity, 2), '∞');
  assert.equal(scientificText(1234.5, 0), '1.234500×10⁰³');
  assert.equal(scientificText(0.00012345, 3), '1.234500×10⁻⁰⁴');
  assert.equal(scientificText(0, 14), '  0.000000×10⁰⁰'.slice(-14));
});
