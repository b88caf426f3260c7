import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type Event, event } from '../core/event.ts';
import { type EventsEvent, eventsEvent } from './event.ts';

const metadata = { name: 'e', namespace: 'default' };
const newer = {
  metadata,
  eventTime: '2026-01-01T00:00:00.000000Z',
  regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
  reportingController: 'example.org/c',
  reportingInstance: 'c-1',
  action: 'Look',
  reason: 'Seen',
  type: 'Normal',
  note: 'there it is',
};
const anEvent = (more: object = {}) => decode(eventsEvent.schema.shape, { ...newer, ...more }) as EventsEvent;
const problems = (next: EventsEvent, old?: EventsEvent) =>
  [
    ...eventsEvent.validate!(next, old),
    ...(old ? eventsEvent.validateChange!(next, old) : eventsEvent.validateCreation!(next)),
  ].map(lineOf);

test('an event says the same in both APIs', () => {
  const hub = eventsEvent.hub!;
  const stored = hub.toHub(anEvent({ series: { count: 3, lastObservedTime: '2026-01-01T00:01:00.000000Z' } })) as Event;
  assert.deepEqual(
    [stored.involvedObject.name, stored.message, stored.reportingComponent, stored.series!.count],
    ['p', 'there it is', 'example.org/c', 3],
  );
  assert.deepEqual(hub.toHub(hub.fromHub(stored)), stored);
});

test('what the newer API refuses', () => {
  const table: [more: object, want: string[]][] = [
    [{}, []],
    [{ eventTime: null }, ['eventTime: Required value']],
    [{ type: 'Odd' }, ['type: Invalid value: "": has invalid value: Odd']],
    [{ deprecatedCount: 1 }, ['count: Invalid value: "": needs to be unset']],
    [{ note: 'x'.repeat(1025) }, ['message: Invalid value: "": can have at most 1024 characters']],
    [{ regarding: { kind: 'Node', name: 'n' } }, []],
    [
      { series: { count: 1, lastObservedTime: newer.eventTime } },
      ['series.count: Invalid value: "": should be at least 2'],
    ],
  ];
  for (const [more, want] of table) assert.deepEqual(problems(anEvent(more)), want, JSON.stringify(more).slice(0, 60));
});

test('only how often it was seen may change', () => {
  const series = { count: 2, lastObservedTime: newer.eventTime };
  assert.deepEqual(problems(anEvent({ series }), anEvent()), []);
  assert.deepEqual(problems(anEvent({ note: 'no' }), anEvent()), ['message: Invalid value: "no": field is immutable']);
});

test('an older event belongs to the namespace of its subject', () => {
  const old = (involvedObject: object, namespace = 'default') =>
    [
      ...event.validate!(decode(event.schema.shape, { metadata: { name: 'e', namespace }, involvedObject }) as Event),
    ].map(lineOf);
  assert.deepEqual(old({ namespace: 'default' }), []);
  assert.deepEqual(old({}), []);
  assert.deepEqual(old({}, 'other'), ['involvedObject.namespace: Invalid value: "": does not match event.namespace']);
});
