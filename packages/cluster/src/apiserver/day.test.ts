import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf, isDay } from './day.ts';

test('what is a day', () => {
  const cases: readonly [string, boolean][] = [
    ['2026-01-31', true],
    ['2024-02-29', true],
    ['0000-01-01', true],
    ['2023-02-29', false],
    ['2026-02-30', false],
    ['2026-13-01', false],
    ['2026-00-10', false],
    ['2026-1-31', false],
    ['2026-01-31T00:00:00Z', false],
    [' 2026-01-31', false],
    ['', false],
  ];
  for (const [text, want] of cases) assert.equal(isDay(text), want, text);
  assert.equal(dayOf(Date.parse('2026-01-31T23:59:59.999Z')), '2026-01-31');
});
