import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';
import { Pacer } from './pacer.ts';

test('work that never waits lets timers in, and goes on in the order of asking', async () => {
  const pacer = new Pacer(systemClock);
  const order: number[] = [];
  let longest = 0;
  let ticked = performance.now();
  const ticker = setInterval(() => {
    longest = Math.max(longest, performance.now() - ticked);
    ticked = performance.now();
  }, 1);
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
  // All at once would have taken 200 ms; what is left is one turn and what the machine adds.
  assert.ok(longest < 100, `the event loop was held for ${longest} ms`);
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
