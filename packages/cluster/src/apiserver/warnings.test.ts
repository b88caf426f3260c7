import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownWarnings } from './warnings.ts';

test('long warnings are cut, and told as long as there is room', () => {
  const long = (letter: string, length: number) => letter.repeat(length);
  assert.deepEqual(shownWarnings(['a', long('ü', 4095)]), ['a', long('ü', 4095)]);
  assert.deepEqual(shownWarnings(['a', long('ü', 4096)]), ['a', long('ü', 256)]);
  const many = Array.from({ length: 20 }, (_, i) => long(String.fromCharCode(97 + i), 250));
  assert.deepEqual(shownWarnings([...many, 'z']), [...many.slice(0, 16), 'z']);
});
