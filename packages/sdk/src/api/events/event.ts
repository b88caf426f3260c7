import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { eventSource } from '../core/event.ts';
import { objectReference } from '../core/object-reference.ts';
import { objectMeta } from '../meta/object-meta.ts';

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
  shortNames: ['ev'],
  createOnUpdate: true,
  // fields: reason regarding.apiVersion regarding.fieldPath regarding.kind regarding.name regarding.namespace regarding.resourceVersion regarding.uid reportingController type
  schema: eventsEventShape,
});
