import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goDuration, parseDuration } from './duration.ts';

test('durations as Go writes them', () => {
  const table: [text: string, want: number | string][] = [
    ['0', 0],
    ['0s', 0],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['.5s', 500],
    ['2m3.5s', 123_500],
    ['-5s', -5000],
    ['+1ms', 1],
    ['1500us', 1.5],
    ['5', 'time: missing unit in duration "5"'],
    ['1m5', 'time: missing unit in duration "1m5"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['5µx', 'time: unknown unit "\\xc2\\xb5x" in duration "5\\xc2\\xb5x"'],
    ['1h-5m', 'time: unknown unit "h-" in duration "1h-5m"'],
    ['1..5h', 'time: missing unit in duration "1..5h"'],
    ['2562047h', 9_223_369_200_000],
    ['2562048h', 'time: invalid duration "2562048h"'],
    ['soon', 'time: invalid duration "soon"'],
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
  ];
  for (const [text, want] of table) {
    if (typeof want === 'number') assert.equal(parseDuration(text), want, text);
    else assert.throws(() => parseDuration(text), { message: want }, text);
  }
});

test('durations as Go prints them', () => {
  const table: [ms: number, want: string][] = [
    [0, '0s'],
    [0.4, '0s'],
    [12, '12ms'],
    [1000, '1s'],
    [1234, '1.234s'],
    [60_000, '1m0s'],
    [3_600_000, '1h0m0s'],
    [3_723_004, '1h2m3.004s'],
  ];
  for (const [ms, want] of table) assert.equal(goDuration(ms), want);
});
