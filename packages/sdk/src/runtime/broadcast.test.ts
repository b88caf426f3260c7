import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '../testing/index.ts';
import { waitersOf } from './abort.ts';
import { Broadcast } from './broadcast.ts';

test('wakes everybody who waits, once', async () => {
  const changed = new Broadcast();
  let woken = 0;
  const wait = async () => {
    await changed.next();
    woken++;
  };
  const both = Promise.all([wait(), wait()]);
  changed.notify();
  await both;
  changed.notify();
  assert.equal(woken, 2);
});

for (const [what, end] of [
  ['news', async ({ changed }) => changed.notify()],
  ['the time', ({ clock }) => clock.advance(10_000)],
  ['the signal', async ({ stop }) => stop.abort()],
] satisfies [string, (o: { changed: Broadcast; clock: SimClock; stop: AbortController }) => Promise<void>][]) {
  test(`a wait that ${what} ends leaves nothing behind`, async () => {
    const [changed, clock, stop] = [new Broadcast(), new SimClock(), new AbortController()];
    const woken = changed.nextWithin(clock, 10_000, stop.signal);
    await end({ changed, clock, stop });
    await woken;
    assert.equal(clock.pending, 0);
    assert.equal(waitersOf(stop.signal), 0);
  });
}
