import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Gauge, Histogram, Registry, systemClock } from '@tiphys/sdk/runtime';
import { metricsText } from './metrics-text.ts';

test('metrics are told as their registry tells them, in turns of the loop', async () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'asked_total', help: 'Asked.', registers }).inc();
  new Gauge({ name: 'open', help: 'Open.', registers, labelNames: ['what'] }).set({ what: 'a "door"' }, 2);
  new Histogram({ name: 'took_seconds', help: 'Took.', registers, buckets: [1, 2] }).observe(1.5);
  // A clock on which a look at the time takes as long as a stretch may.
  let [ms, turns] = [0, 0];
  const clock = {
    ...systemClock,
    monotonic: () => (ms += 3),
    yield: async () => {
      turns++;
      await systemClock.yield();
    },
  };
  assert.equal(await metricsText(registry, clock), await registry.metrics());
  assert.ok(turns > 1);
  assert.equal(await metricsText(new Registry(), clock), await new Registry().metrics());
});
