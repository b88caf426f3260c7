import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import { Patience } from './limits.ts';

test('patience ends when much comes at once, and comes back with time', async () => {
  const clock = new SimClock();
  const patience = new Patience(clock);
  const borne = () => {
    let n = 0;
    while (n < 100_000 && patience.bear()) n++;
    return n;
  };
  const atFirst = borne();
  assert.ok(atFirst >= 1000 && atFirst < 10_000, `${atFirst}`);
  assert.equal(borne(), 0);
  await clock.advance(1000);
  const afterASecond = borne();
  assert.ok(afterASecond >= 100 && afterASecond < atFirst, `${afterASecond}`);
  // However the time is cut.
  for (let i = 0; i < 1000; i++) {
    await clock.advance(0.01);
    assert.ok(borne() <= 1);
  }
  await clock.advance(3_600_000);
  assert.ok(Math.abs(borne() - atFirst) <= 1);
});
