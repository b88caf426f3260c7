import type { Column } from '../../schema/index.ts';
import { since } from '../meta/columns.ts';
import type { Event } from './event.ts';

const firstSeen = (e: Event, now: number): string => since(e.firstTimestamp ?? e.eventTime, now);

function lastSeen(e: Event, now: number): string {
  if (e.series) return since(e.series.lastObservedTime, now);
  return e.lastTimestamp ? since(e.lastTimestamp, now) : firstSeen(e, now);
}

function subject({ involvedObject: { kind = '', name } }: Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source.component || reportingComponent;
  const instance = source.host || reportingInstance;
  return instance ? `${component}, ${instance}` : component;
}

/** One that was seen once has no count of its own. */
const countOf = ({ series, count }: Event): number => (series ? (series.count ?? 0) : count || 1);

/** The columns of events in either API; `of` gives the stored form. */
export const eventColumns = <O>(of: (object: O) => Event): readonly Column<O>[] => {
  const column = (
    name: string,
    said: Pick<Column<O>, 'field' | 'description' | 'priority'>,
    value: (e: Event, now: number) => string | number,
  ): Column<O> => ({
    name,
    type: 'string',
    ...said,
    value: (o, { now }) => value(of(o), now),
  });
  return [
    column('Last Seen', { field: 'lastTimestamp' }, lastSeen),
    column('Type', { field: 'type' }, (e) => e.type ?? ''),
    column('Reason', { field: 'reason' }, (e) => e.reason ?? ''),
    column('Object', { description: 'The object that this event is about.' }, subject),
    column('Subobject', { field: 'involvedObject.fieldPath', priority: 1 }, (e) => e.involvedObject.fieldPath ?? ''),
    column(
      'Source',
      {
        description: 'The component reporting this event. Should be a short machine understandable string.',
        priority: 1,
      },
      sourceText,
    ),
    column('Message', { field: 'message' }, (e) => (e.message ?? '').trim()),
    column('First Seen', { field: 'firstTimestamp', priority: 1 }, firstSeen),
    column('Count', { field: 'count', priority: 1 }, countOf),
    { ...column('Name', { field: 'metadata.name', priority: 1 }, (e) => e.metadata.name ?? ''), format: 'name' },
  ];
};
