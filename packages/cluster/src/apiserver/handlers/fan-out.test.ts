import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from '@tiphys/sdk/runtime';
import { fanOutOf } from './fan-out.ts';

/** A clock on which a look at the time takes a millisecond, and which counts the turns. */
function slowClock(): { clock: Clock; turns: () => number } {
  let [ms, turns] = [0, 0];
  const clock: Clock = {
    ...systemClock,
    monotonic: () => ms++,
    yield: async () => {
      turns++;
      await systemClock.yield();
    },
  };
  return { clock, turns: () => turns };
}

test('everybody is told once, in the order of asking, and not within the turn in which they asked', async () => {
  const { clock, turns } = slowClock();
  const told: number[] = [];
  const fanOut = fanOutOf(clock);
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 1000; i++) {
      fanOut.later({
        tell: () => {
          told.push(i);
          // Asks again while others are still to be told.
          if (i === 0) fanOut.later({ tell: resolve });
        },
      });
    }
    assert.deepEqual(told, []);
  });
  assert.deepEqual(
    told,
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.ok(turns() > 5, `${turns()} turns for what takes many`);
});

test('who asks when all have been told is told too', async () => {
  const fanOut = fanOutOf(slowClock().clock);
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => fanOut.later({ tell: resolve }));
});
