import { defineKind, erase, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { type Event, event as coreEvent, eventSource, eventTtlSeconds } from '../core/event.ts';
import { eventColumns } from '../core/event-columns.ts';
import { eventRules, newEventRules, newEventUpdateRules } from '../core/event-rules.ts';
import { objectReference, referenceFields } from '../core/object-reference.ts';
import { objectMeta } from '../meta/object-meta.ts';
import type { KubeObject } from '../../machinery/index.ts';

const eventsEventSeriesShape = s.struct('io.k8s.api.events.v1.EventSeries', {
  count: s.req(1, s.int32()),
  lastObservedTime: s.req(2, s.microTime(), { nullable: true }),
});
export interface EventsEventSeries extends s.Out<typeof eventsEventSeriesShape> {}
export interface EventsEventSeriesManifest extends s.In<typeof eventsEventSeriesShape> {}
export const eventsEventSeries: Struct<EventsEventSeries, EventsEventSeriesManifest> = eventsEventSeriesShape;

const eventsEventShape = s.struct('io.k8s.api.events.v1.Event', {
  metadata: s.held(1, objectMeta),
  eventTime: s.req(2, s.microTime(), { nullable: true }),
  series: s.opt(3, eventsEventSeries),
  reportingController: s.zero(4, s.str()),
  reportingInstance: s.zero(5, s.str()),
  action: s.zero(6, s.str()),
  reason: s.zero(7, s.str()),
  regarding: s.held(8, objectReference),
  related: s.opt(9, objectReference),
  note: s.zero(10, s.str()),
  type: s.zero(11, s.str()),
  deprecatedSource: s.held(12, eventSource),
  deprecatedFirstTimestamp: s.held(13, s.time(), { nullable: true }),
  deprecatedLastTimestamp: s.held(14, s.time(), { nullable: true }),
  deprecatedCount: s.zero(15, s.int32()),
});
export interface EventsEvent extends s.Out<typeof eventsEventShape> {
  apiVersion?: string;
  kind?: string;
}
export interface EventsEventManifest extends s.In<typeof eventsEventShape> {
  apiVersion?: string;
  kind?: string;
}
export const eventsEvent: Kind<EventsEvent, EventsEventManifest> = defineKind<EventsEvent, EventsEventManifest>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
  createRules: ['object', 'metadata', 'creation'],
  updateRules: ['object', 'metadataChange', 'change'],
  shortNames: ['ev'],
  createOnUpdate: true,
  ttlSeconds: eventTtlSeconds,
  hasNoDependents: true,
  fieldSelectors: {
    ...referenceFields('regarding', ({ regarding }) => regarding),
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
  hub: { kind: erase(coreEvent), toHub, fromHub },
  schema: eventsEventShape,

  validate: (next) => eventRules(toHub(next), 'reportingController'),
  validateCreation: (next) => newEventRules(toHub(next)),
  validateChange: (next, old) => newEventUpdateRules(toHub(next), toHub(old)),
  columns: eventColumns(toHub),
});

/** Events of both groups are one kind under two sets of names; the older is stored. */
function toHub({
  metadata,
  regarding: involvedObject,
  note: message,
  reportingController,
  deprecatedSource: source,
  deprecatedFirstTimestamp: firstTimestamp,
  deprecatedLastTimestamp: lastTimestamp,
  deprecatedCount: count,
  reportingInstance,
  series,
  ...same
}: EventsEvent): Event {
  const event: Event = {
    ...same,
    metadata,
    involvedObject,
    ...(message !== undefined && { message }),
    source,
    firstTimestamp,
    lastTimestamp,
    ...(count !== undefined && { count }),
    ...(series && { series }),
    reportingComponent: reportingController ?? '',
    reportingInstance: reportingInstance ?? '',
  };
  setFields(coreEvent.schema, event, {});
  return event;
}

function fromHub(object: KubeObject): EventsEvent {
  const {
    metadata,
    involvedObject: regarding,
    message: note,
    reportingComponent,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
    reportingInstance,
    series,
    ...same
  } = object as Event;
  const event = {
    ...same,
    metadata,
    regarding,
    ...(note !== undefined && { note }),
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    ...(deprecatedCount !== undefined && { deprecatedCount }),
    ...(series && { series: { count: series.count ?? 0, lastObservedTime: series.lastObservedTime } }),
    ...(reportingComponent && { reportingController: reportingComponent }),
    ...(reportingInstance && { reportingInstance }),
    // Times that nobody set are null on the wire.
  } as EventsEvent;
  setFields(eventsEventShape, event, {});
  return event;
}
