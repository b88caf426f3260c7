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
  const column = (name: string, value: (e: Event, now: number) => string | number, priority = 0): Column<O> => ({
    name,
    type: 'string',
    priority,
    value: (o, { now }) => value(of(o), now),
  });
  return [
    column('Last Seen', lastSeen),
    column('Type', (e) => e.type ?? ''),
    column('Reason', (e) => e.reason ?? ''),
    column('Object', subject),
    column('Subobject', (e) => e.involvedObject.fieldPath ?? '', 1),
    column('Source', sourceText, 1),
    column('Message', (e) => (e.message ?? '').trim()),
    column('First Seen', firstSeen, 1),
    column('Count', countOf, 1),
    { ...column('Name', (e) => e.metadata.name ?? '', 1), format: 'name' },
  ];
};
