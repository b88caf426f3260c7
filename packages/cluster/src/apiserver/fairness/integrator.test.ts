import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Integrator } from './integrator.ts';
import { RatioGauge } from './ratio-gauge.ts';

test('averages are weighted by time', () => {
  const of = new Integrator();
  of.reach(4);
  of.pass(1000, 4);
  of.reach(9);
  of.pass(0, 9);
  of.pass(3000, 0);
  assert.deepEqual(of.take(2), { seconds: 4, average: 1, deviation: Math.sqrt(3), highest: 9 });
  of.pass(500, 2);
  assert.deepEqual(of.take(2), { seconds: 0.5, average: 2, deviation: 0, highest: 2 });
  assert.ok(Number.isNaN(of.take(2).average));
});

test('how long a count was which part of its limit', () => {
  const gauge = new RatioGauge([0, 0.5, 1], 100);
  gauge.limit = 4;
  gauge.change(1, 110);
  gauge.change(1, 120);
  gauge.change(1, 150);
  gauge.change(-1, 151);
  gauge.change(0, 152);
  const values = (suffix: string) =>
    gauge.histogram
      .samples({ phase: 'x' })
      .filter((s) => s.suffix === suffix)
      .map((s) => s.value);
  assert.deepEqual(values('_bucket'), [10e6, 51e6, 52e6, 52e6]);
  assert.deepEqual(values('_count'), [52e6]);
  assert.deepEqual(values('_sum'), [(10 * 0.25 + 30 * 0.5 + 0.75 + 0.5) * 1e6]);
  assert.equal(gauge.value, 2);
});
