import {
  equal,
  field,
  type FieldError,
  dnsSubdomainProblems,
  immutable,
  invalid,
  problemsAt,
  qualifiedNameProblems,
  required,
} from '../../machinery/index.ts';
import { internalValue } from '../../schema/index.ts';
import { objectReference } from './object-reference.ts';
import type { Event } from './event.ts';

const longest = { word: 128, message: 1024 };

/**
 * What every event must say; one with an `eventTime` is of the newer sort and must say more. `controllerField` is what the API
 * that is spoken calls the reporting controller.
 */
export function* eventRules(event: Event, controllerField: string): Iterable<FieldError> {
  const { involvedObject, eventTime, metadata, reportingComponent, reportingInstance, message = '' } = event;
  const at = field('involvedObject', 'namespace');
  const subject = involvedObject.namespace ?? '';
  const own = metadata.namespace ?? '';
  const mismatch = invalid(at, subject, 'does not match event.namespace');
  // What belongs to no namespace is told of in the default one.
  if (!eventTime) {
    if (subject ? own !== subject : own !== '' && own !== 'default') yield mismatch;
  } else {
    if (!subject && own !== 'default' && own !== 'kube-system') yield mismatch;
    const controller = field(controllerField);
    if (!reportingComponent) yield required(controller);
    yield* problemsAt(qualifiedNameProblems(reportingComponent), reportingComponent, controller);
    yield* word(reportingInstance, 'reportingInstance');
    yield* word(event.action, 'action');
    yield* word(event.reason, 'reason');
    if (Buffer.byteLength(message) > longest.message) {
      yield invalid(field('message'), '', `can have at most ${longest.message} characters`);
    }
  }
  yield* problemsAt(dnsSubdomainProblems(own), own, field('namespace'));
}

function* word(value: string | undefined, name: string): Iterable<FieldError> {
  if (!value) yield required(field(name));
  else if (Buffer.byteLength(value) > longest.word) {
    yield invalid(field(name), '', `can have at most ${longest.word} characters`);
  }
}

/** What the newer API asks for besides, under the names that the stored form has. */
export function* newEventRules(event: Event): Iterable<FieldError> {
  yield* seriesRules(event);
  if (!event.eventTime) yield required(field('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    yield invalid(field('type'), '', `has invalid value: ${event.type ?? ''}`);
  }
  for (const [name, value] of [
    ['firstTimestamp', event.firstTimestamp],
    ['lastTimestamp', event.lastTimestamp],
    ['count', event.count],
    ['source', event.source.component || event.source.host],
  ] as const) {
    if (value) yield invalid(field(name), '', 'needs to be unset');
  }
}

/** An event of the newer API is told once; only how often it has been seen may change. */
export function* newEventUpdateRules(next: Event, old: Event): Iterable<FieldError> {
  if (!equal(next.series, old.series)) yield* seriesRules(next);
  const reference = (e: Event['related']) => (e ? internalValue(objectReference, e) : null);
  const [source, oldSource] = [next.source, old.source].map((s) => ({
    Component: s.component ?? '',
    Host: s.host ?? '',
  }));
  const fixed: readonly [name: string, next: unknown, old: unknown][] = [
    ['involvedObject', reference(next.involvedObject), reference(old.involvedObject)],
    ['reason', next.reason ?? '', old.reason ?? ''],
    ['message', next.message ?? '', old.message ?? ''],
    ['source', source, oldSource],
    ['firstTimestamp', next.firstTimestamp, old.firstTimestamp],
    ['lastTimestamp', next.lastTimestamp, old.lastTimestamp],
    ['count', next.count ?? 0, old.count ?? 0],
    ['reason', next.reason ?? '', old.reason ?? ''],
    ['type', next.type ?? '', old.type ?? ''],
    ['eventTime', next.eventTime, old.eventTime],
    ['action', next.action ?? '', old.action ?? ''],
    ['related', reference(next.related), reference(old.related)],
    ['reportingController', next.reportingComponent, old.reportingComponent],
    ['reportingInstance', next.reportingInstance, old.reportingInstance],
  ];
  for (const [name, now, before] of fixed) yield* immutable(now, before, field(name));
}

function* seriesRules({ series }: Event): Iterable<FieldError> {
  if (!series) return;
  const at = field('series');
  if ((series.count ?? 0) < 2) yield invalid(at.child('count'), '', 'should be at least 2');
  if (!series.lastObservedTime) yield required(at.child('lastObservedTime'));
}
