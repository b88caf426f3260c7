import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanDuration } from './human-duration.ts';

const s = 1;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;
const y = 365 * d;

const table: readonly [seconds: number, want: string][] = [
  [-2, '<invalid>'],
  [-1, '0s'],
  [-0.5, '0s'],
  [0, '0s'],
  [0.999, '0s'],
  [119 * s, '119s'],
  [120 * s, '2m'],
  [9 * m + 59 * s, '9m59s'],
  [10 * m, '10m'],
  [10 * m + 30 * s, '10m'],
  [179 * m + 59 * s, '179m'],
  [3 * h, '3h'],
  [3 * h + 1 * m, '3h1m'],
  [7 * h + 59 * m, '7h59m'],
  [8 * h + 30 * m, '8h'],
  [47 * h + 59 * m, '47h'],
  [2 * d, '2d'],
  [2 * d + 1 * h, '2d1h'],
  [7 * d + 23 * h, '7d23h'],
  [8 * d + 5 * h, '8d'],
  [2 * y - 1, '729d'],
  [2 * y, '2y'],
  [2 * y + 3 * d, '2y3d'],
  [8 * y - 1, '7y364d'],
  [8 * y + 100 * d, '8y'],
];

for (const [seconds, want] of table) {
  test(`${seconds} s is ${want}`, () => assert.equal(humanDuration(seconds * 1000), want));
}
