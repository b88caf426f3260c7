import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../api/index.ts';
import { EventCorrelator } from './correlator.ts';

let n = 0;
const anEvent = (message: string, object = 'web'): Event => ({
  metadata: { name: `${object}.${++n}`, namespace: 'default' },
  involvedObject: { kind: 'Pod', name: object, namespace: 'default', uid: `uid-${object}` },
  reason: 'Failed',
  message,
  source: { component: 'kubelet' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:00Z',
  count: 1,
  type: 'Warning',
  eventTime: null,
  reportingComponent: 'kubelet',
  reportingInstance: '',
});

test('the same event again is a count on the first', () => {
  const c = new EventCorrelator();
  const first = c.correlate(anEvent('boom'), 0);
  const second = c.correlate(anEvent('boom'), 1000);
  assert.equal(first?.patch, false);
  assert.equal(second?.patch, true);
  assert.equal(second?.event.count, 2);
  assert.equal(second?.event.metadata.name, first?.event.metadata.name);
});

test('the tenth similar event within ten minutes is the combined one, the next only counts it up', () => {
  const c = new EventCorrelator();
  const told = Array.from({ length: 11 }, (_, i) => c.correlate(anEvent(`boom ${i}`), i * 1000));
  assert.deepEqual(
    told.map((t) => [t?.patch, t?.event.message?.startsWith('(combined from similar events): ')]),
    [...Array.from({ length: 9 }, () => [false, false]), [false, true], [true, true]],
  );
  assert.deepEqual(
    told.map((t) => t?.event.reportingComponent),
    [...Array.from({ length: 9 }, () => 'kubelet'), '', ''],
    'the combined one tells its source alone',
  );
  const later = c.correlate(anEvent('boom later'), 11_000 + 600_001);
  assert.equal(later?.event.message, 'boom later');
});

test('a source that goes on about one object is cut off after 25, others are not', () => {
  const c = new EventCorrelator();
  const told = Array.from({ length: 30 }, () => c.correlate(anEvent('boom'), 0));
  assert.equal(told.filter(Boolean).length, 25);
  assert.ok(c.correlate(anEvent('boom', 'other'), 0));
  assert.ok(c.correlate(anEvent('boom'), 300_000), 'one more every five minutes');
});
