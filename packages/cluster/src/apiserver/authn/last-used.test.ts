import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { nullLogger } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { dayToTell, LastUsed } from './last-used.ts';

test('the day is told once a day, unless a server whose clock is ahead has told the next', () => {
  const now = Date.parse('2026-02-28T23:59:59Z');
  const cases: readonly [told: string | undefined, want: string | undefined][] = [
    [undefined, '2026-02-28'],
    ['', '2026-02-28'],
    ['2026-02-28', undefined],
    ['2026-03-01', undefined],
    ['2026-02-27', '2026-02-28'],
    ['2026-03-02', '2026-02-28'],
    ['soon', '2026-02-28'],
  ];
  for (const [told, want] of cases) assert.equal(dayToTell(told, now), want, told);
});

test('one write at a time for each secret, and again after one that failed', async () => {
  const clock = new SimClock();
  const sent: unknown[] = [];
  const errors: string[] = [];
  let refuse: (err: Error) => void = () => {};
  const patch = ((...args: unknown[]) => {
    sent.push(args.slice(1));
    return new Promise((_, reject) => (refuse = reject));
  }) as Client['patch'];
  const log = { ...nullLogger, error: (message: string) => void errors.push(message) };
  const lastUsed = new LastUsed({ client: { patch }, clock, log });
  const secret = { metadata: { namespace: 'ns', name: 'held', uid: '7' } } as Secret;
  lastUsed.mark(secret);
  lastUsed.mark(secret);
  const day = dayToTell(undefined, clock.now());
  const labels = { 'kubernetes.io/legacy-token-last-used': day };
  const want = [
    { metadata: { namespace: 'ns', name: 'held' } },
    { type: 'merge', patch: { metadata: { uid: '7', labels } } },
  ];
  assert.deepEqual(sent, [want]);
  refuse(new Error('no room'));
  await clock.advance(0);
  assert.equal(errors.length, 1);
  lastUsed.mark(secret);
  assert.deepEqual(sent, [want, want]);
  lastUsed.mark({ metadata: { ...secret.metadata, uid: '8', labels } } as unknown as Secret);
  assert.equal(sent.length, 2);
});
