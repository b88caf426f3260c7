import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, systemRandom } from './random.ts';

const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('UUIDs are of version 4 and none comes twice', () => {
  for (const random of [systemRandom, seededRandom(1)]) {
    const some = Array.from({ length: 2000 }, () => random.uuid());
    for (const uuid of some) assert.match(uuid, version4);
    assert.equal(new Set(some).size, some.length);
  }
});

test('every other bit of a UUID is chance', () => {
  const digits = Array.from({ length: 36 }, () => new Set<string>());
  for (let n = 0; n < 2000; n++)
    for (const [i, digit] of systemRandom.uuid().split('').entries()) digits[i]!.add(digit);
  const fixed = new Map([8, 13, 18, 23].map((i) => [i, 1])).set(14, 1).set(19, 4);
  for (const [i, seen] of digits.entries()) assert.equal(seen.size, fixed.get(i) ?? 16, `digit ${i}`);
});

test('a seed gives the same UUIDs again, a fork others', () => {
  const first = (random: { uuid(): string }) => [random.uuid(), random.uuid()];
  assert.deepEqual(first(seededRandom('x')), first(seededRandom('x')));
  assert.notDeepEqual(first(seededRandom('x')), first(seededRandom('x').fork('y')));
});
