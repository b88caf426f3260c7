import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { it } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import { endWhenIdle, idleMs, linger } from './linger.ts';

it('a connection on which nothing moves is closed, one that is used is not', async () => {
  const clock = new SimClock();
  const [used, idle, pipe] = [
    Object.assign(new PassThrough(), { bytesRead: 0, bytesWritten: 0 }),
    Object.assign(new PassThrough(), { bytesRead: 7, bytesWritten: 7 }),
    new PassThrough(),
  ];
  for (const s of [used, idle, pipe]) endWhenIdle(s, clock);
  for (let i = 0; i < 3; i++) {
    used.bytesRead++;
    await clock.advance(idleMs);
  }
  assert.deepEqual([used.destroyed, idle.destroyed, pipe.destroyed], [false, true, false]);
});

it('a connection that we have left is closed soon, whatever the other side does', async () => {
  const clock = new SimClock();
  const socket = new PassThrough();
  linger(socket, clock);
  assert.equal(socket.destroyed, false);
  await clock.advance(10_000);
  assert.equal(socket.destroyed, true);
});
