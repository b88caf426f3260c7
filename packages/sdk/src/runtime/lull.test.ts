import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from './clock.ts';
import { lull } from './lull.ts';

/** A clock whose turns of the event loop take what is said, one after another, and then nothing. */
function clockOf(...turns: number[]): Clock & { readonly slept: number[] } {
  let at = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => at,
    monotonic: () => at,
    sleep: (ms, signal) => {
      slept.push(ms);
      at += ms;
      return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
    timeout: () => new AbortController().signal,
    after: () => () => {},
    yield: () => {
      at += turns.shift() ?? 0;
      return Promise.resolve();
    },
  };
}

const { signal } = new AbortController();

const cases: [string, number[], number, number][] = [
  ['an idle loop is free at once', [], 1000, 0],
  ['a short turn is no work', [0.5], 1000, 0],
  ['busy turns are waited out', [5, 8, 0.2], 1000, 2],
  ['what has waited long enough goes on', [5, 5, 5, 5, 5], 60, 3],
  ['who may not wait does not', [5, 5], 0, 0],
];

for (const [what, turns, ms, sleeps] of cases) {
  test(what, async () => {
    const clock = clockOf(...turns);
    await lull(clock, ms, signal);
    assert.equal(clock.slept.length, sleeps);
  });
}

test('nobody waits for a lull once the signal has aborted', async () => {
  await assert.rejects(lull(clockOf(5, 5, 5), 1000, AbortSignal.abort(new Error('over'))), /over/);
});
