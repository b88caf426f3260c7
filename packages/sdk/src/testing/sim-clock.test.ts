import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from './sim-clock.ts';

test('timers run in order of time, ties in order of making', async () => {
  const clock = new SimClock();
  const seen: string[] = [];
  clock.after(20, () => seen.push('c'));
  clock.after(10, () => seen.push('a'));
  clock.after(10, () => seen.push('b'));
  clock.after(30, () => seen.push('d'));
  await clock.advance(20);
  assert.deepEqual(seen, ['a', 'b', 'c']);
  await clock.advance(10);
  assert.deepEqual(seen, ['a', 'b', 'c', 'd']);
});

test('what a timer sets going settles before the next timer, and sees its own time', async () => {
  const clock = new SimClock(0);
  const seen: number[] = [];
  const walk = async () => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(10);
      await clock.yield();
      seen.push(clock.now());
    }
  };
  void walk();
  clock.after(25, () => seen.push(-1));
  await clock.advance(60);
  assert.deepEqual(seen, [10, 20, -1, 30]);
  assert.equal(clock.now(), 60);
});

test('an async generator that sleeps is driven like anything else', async () => {
  const clock = new SimClock(0);
  async function* ticks() {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(1000);
      yield clock.now();
    }
  }
  const seen: number[] = [];
  const all = (async () => {
    for await (const t of ticks()) seen.push(t);
    return 'done';
  })();
  assert.equal(await clock.runUntil(all), 'done');
  assert.deepEqual(seen, [1000, 2000, 3000]);
});

test('a cancelled timer and an aborted sleep leave nothing behind', async () => {
  const clock = new SimClock();
  const stop = new AbortController();
  clock.after(5, () => assert.fail('cancelled'))();
  const sleeping = clock.sleep(1000, stop.signal);
  stop.abort();
  await assert.rejects(sleeping, { name: 'AbortError' });
  assert.equal(clock.pending, 0);
});

test('timeout aborts with a TimeoutError when its time comes', async () => {
  const clock = new SimClock();
  const signal = clock.timeout(100);
  await clock.advance(99);
  assert.ok(!signal.aborted);
  await clock.advance(1);
  assert.equal((signal.reason as Error).name, 'TimeoutError');
});

test('runUntil stops at the moment the condition holds, and says so when it never does', async () => {
  const clock = new SimClock(0);
  let ready = false;
  clock.after(500, () => (ready = true));
  clock.after(900, () => undefined);
  await clock.runUntil(() => ready);
  assert.equal(clock.now(), 500);
  await assert.rejects(
    clock.runUntil(() => false, { limitMs: 10_000 }),
    /didn't hold/,
  );
});

test('a jump moves the wall clock only', async () => {
  const clock = new SimClock(1_000_000);
  clock.jump(-500_000);
  await clock.advance(10);
  assert.equal(clock.now(), 500_010);
  assert.equal(clock.monotonic(), 10);
});

test('a thousand timers made in any order run in order', async () => {
  const clock = new SimClock();
  const seen: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const at = (i * 7919) % 1000;
    clock.after(at, () => seen.push(at));
  }
  await clock.advance(1000);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  assert.equal(seen.length, 1000);
});
