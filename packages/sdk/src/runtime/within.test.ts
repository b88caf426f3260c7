import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '../testing/index.ts';
import { abortError, waitersOf } from './abort.ts';
import { within } from './within.ts';

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) return reject(abortError(signal));
    signal.addEventListener('abort', () => reject(abortError(signal)), { once: true });
  });

test('work that takes too long is told so; work that is done leaves no timer and no listener', async () => {
  const clock = new SimClock();
  const { signal } = new AbortController();
  const late = within(clock, 100, untilAborted, signal);
  await Promise.all([assert.rejects(late, { name: 'TimeoutError' }), clock.advance(100)]);
  assert.equal(await within(clock, 100, async () => 'done', signal), 'done');
  await assert.rejects(
    within(clock, 100, () => Promise.reject(new Error('broken')), signal),
    /broken/,
  );
  assert.equal(clock.pending, 0);
  assert.equal(waitersOf(signal), 0);
});

test('the outer signal ends the work with its own reason, also when it was aborted before', async () => {
  const clock = new SimClock();
  const outer = new AbortController();
  const work = within(clock, 100, untilAborted, outer.signal);
  outer.abort(new Error('enough'));
  await assert.rejects(work, /enough/);
  await assert.rejects(within(clock, 100, untilAborted, outer.signal), /enough/);
  assert.equal(clock.pending, 0);
});
