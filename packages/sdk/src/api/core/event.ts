import { defineKind, type Kind, nameIsPathSegment, s, type Struct } from '../../schema/index.ts';
import { objectReference, referenceFields } from './object-reference.ts';
import { eventColumns } from './event-columns.ts';
import { eventRules } from './event-rules.ts';
import { objectMeta } from '../meta/object-meta.ts';

/** Upstream's `--event-ttl`: events tell of what is, and nobody keeps them as history. */
export const eventTtlSeconds = 3600;

const eventSourceShape = s.struct('io.k8s.api.core.v1.EventSource', {
  component: s.zero(1, s.str()),
  host: s.zero(2, s.str()),
});
export interface EventSource extends s.Out<typeof eventSourceShape> {}
export interface EventSourceManifest extends s.In<typeof eventSourceShape> {}
export const eventSource: Struct<EventSource, EventSourceManifest> = eventSourceShape;

const eventSeriesShape = s.struct('io.k8s.api.core.v1.EventSeries', {
  count: s.zero(1, s.int32()),
  lastObservedTime: s.held(2, s.microTime(), { nullable: true }),
});
export interface EventSeries extends s.Out<typeof eventSeriesShape> {}
export interface EventSeriesManifest extends s.In<typeof eventSeriesShape> {}
export const eventSeries: Struct<EventSeries, EventSeriesManifest> = eventSeriesShape;

const eventShape = s.struct('io.k8s.api.core.v1.Event', {
  metadata: s.req(1, objectMeta),
  involvedObject: s.req(2, objectReference),
  reason: s.zero(3, s.str()),
  message: s.zero(4, s.str()),
  source: s.held(5, eventSource),
  firstTimestamp: s.held(6, s.time(), { nullable: true }),
  lastTimestamp: s.held(7, s.time(), { nullable: true }),
  count: s.zero(8, s.int32()),
  type: s.zero(9, s.str()),
  eventTime: s.held(10, s.microTime(), { nullable: true }),
  series: s.opt(11, eventSeries),
  action: s.zero(12, s.str()),
  related: s.opt(13, objectReference),
  reportingComponent: s.held(14, s.str()),
  reportingInstance: s.held(15, s.str()),
});
export interface Event extends s.Out<typeof eventShape> {
  apiVersion?: string;
  kind?: string;
}
export interface EventManifest extends s.In<typeof eventShape> {
  apiVersion?: string;
  kind?: string;
}
export const event: Kind<Event, EventManifest> = defineKind<Event, EventManifest>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
  createRules: ['object'],
  updateRules: ['object'],
  shortNames: ['ev'],
  createOnUpdate: true,
  ttlSeconds: eventTtlSeconds,
  hasNoDependents: true,
  fieldSelectors: {
    ...referenceFields('involvedObject', ({ involvedObject }) => involvedObject),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source.component || reportingComponent,
    type: ({ type }) => type ?? '',
  },
  schema: eventShape,

  validateName: nameIsPathSegment,
  validate: (next) => eventRules(next, 'reportingComponent'),
  columns: eventColumns((e) => e),
});
