import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';
import { Pacer } from './pacer.ts';

test('work that never waits lets timers in, and goes on in the order of asking', async () => {
  const pacer = new Pacer(systemClock);
  const order: number[] = [];
  let ticks = 0;
  const ticker = setInterval(() => ticks++, 1);
  const busy = async (n: number) => {
    await pacer.turn();
    const until = performance.now() + 2;
    while (performance.now() < until);
    order.push(n);
  };
  await Promise.all(Array.from({ length: 100 }, (_, n) => busy(n)));
  clearInterval(ticker);
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (_, n) => n),
  );
  // However slow the machine is: each turn of a few of them lets the timer in, all at once would have let it in once.
  assert.ok(ticks >= 10, `the timer was let in ${ticks} times`);
});

test("a short stretch isn't interrupted", async () => {
  let now = 100;
  const pacer = new Pacer({ ...systemClock, monotonic: () => now });
  await pacer.turn();
  assert.equal(pacer.turn(), undefined);
  now += 7;
  assert.equal(pacer.turn(), undefined);
  now += 2;
  assert.ok(pacer.turn() instanceof Promise);
});
