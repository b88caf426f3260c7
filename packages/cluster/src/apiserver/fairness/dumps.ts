import type { RequestContext, ServerResponse } from '../context.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import { textResponse } from '../handlers/respond.ts';
import type { FlowControl } from './flow-control.ts';
import type { PriorityLevel } from './priority-level.ts';
import { seatSecondsText } from './seat-seconds.ts';
import { tableText } from './table-text.ts';
import type { Ticket } from './ticket.ts';

const root = '/debug/api_priority_and_fairness/';

/** `/debug/api_priority_and_fairness/dump_…`: levels, queues and requests as they are at this moment. */
export const dumps =
  (control: FlowControl): Endpoint =>
  (c) => {
    if (!c.info.path.startsWith(root)) return undefined;
    const dump = pages[c.info.path.slice(root.length)];
    return dump && Promise.resolve(page(dump(control, c)));
  };

function page(rows: readonly (readonly string[])[]): ServerResponse {
  const { headers: _, ...response } = textResponse(200, tableText(rows));
  return { ...response, headers: { 'content-type': 'text/plain; charset=utf-8' } };
}

type Rows = readonly (readonly string[])[];
type Page = (control: FlowControl, c: RequestContext) => Rows;

const pages: Readonly<Record<string, Page | undefined>> = {
  dump_priority_levels: ({ levels }) => [levelColumns, ...levels.map(levelRow)],
  dump_queues: ({ levels }) => [queueColumns, ...levels.flatMap(queueRows)],
  dump_requests: ({ levels }, { query }) => {
    const isDetailed = Boolean(query.get('includeRequestDetails'));
    const columns = isDetailed ? [...requestColumns, ...detailColumns] : requestColumns;
    return [columns, ...levels.flatMap((level) => requestRows(level, isDetailed))];
  },
};

const levelColumns = [
  'PriorityLevelName',
  'ActiveQueues',
  'IsIdle',
  'IsQuiescing',
  'WaitingRequests',
  'ExecutingRequests',
  'DispatchedRequests',
  'RejectedRequests',
  'TimedoutRequests',
  'CancelledRequests',
];

function levelRow({ name, queues, isQuiescing }: PriorityLevel): string[] {
  const { use, isIdle, dispatched, refused, cancelled } = queues;
  const active = queues.queues.filter((q) => q.waiting.length > 0).length;
  // Upstream counts none as timed out: those whose time was up are among the cancelled.
  const counts = [use.waiting, use.executing, dispatched, refused, 0, cancelled];
  return [name, String(active), String(isIdle), String(isQuiescing), ...counts.map(String)];
}

const queueColumns = [
  'PriorityLevelName',
  'Index',
  'PendingRequests',
  'ExecutingRequests',
  'SeatsInUse',
  'NextDispatchR',
  'InitialSeatsSum',
  'MaxSeatsSum',
  'TotalWorkSum',
];

const queueRows = ({ name, queues }: PriorityLevel): Rows =>
  queues.queues.map(({ waiting, executing, seats, nextR, waitingSeats, waitingWork }, index) => {
    const initial = waiting.reduce((sum, t) => sum + t.initialSeats, 0);
    const counts = [index, waiting.length, executing, seats].map(String);
    return [
      name,
      ...counts,
      seatSecondsText(nextR),
      String(initial),
      String(waitingSeats),
      seatSecondsText(waitingWork),
    ];
  });

const requestColumns = [
  'PriorityLevelName',
  'FlowSchemaName',
  'QueueIndex',
  'RequestIndexInQueue',
  // As upstream spells it.
  'FlowDistingsher',
  'ArriveTime',
  'InitialSeats',
  'FinalSeats',
  'AdditionalLatency',
  'StartTime',
];
const detailColumns = ['UserName', 'Verb', 'APIPath', 'Namespace', 'Name', 'APIVersion', 'Resource', 'SubResource'];

function requestRows({ name, queues: { queues, executing } }: PriorityLevel, isDetailed: boolean): Rows {
  const row = (ticket: Ticket, queue: number, place: number) => [
    name,
    ticket.flow.counts.schema,
    String(queue),
    String(place),
    ticket.flow.distinguisher,
    timeText(ticket.arrivedAt),
    String(ticket.initialSeats),
    String(ticket.finalSeats),
    durationText(ticket.lingerMs),
    timeText(ticket.startedAt),
    ...(isDetailed ? detailsOf(ticket) : []),
  ];
  const inQueues = queues.flatMap((queue, i) => [
    ...queue.waiting.map((ticket, place) => row(ticket, i, place)),
    ...executing.filter((t) => t.queue === queue).map((ticket) => row(ticket, i, -1)),
  ]);
  return [...inQueues, ...executing.filter((t) => !t.queue).map((ticket) => row(ticket, -1, -1))];
}

function detailsOf({ user, info }: Ticket): string[] {
  const { verb, path, namespace, name, group, version, resource, subresource } = info;
  return [user.name, verb, path, namespace, name, group ? `${group}/${version}` : version, resource, subresource];
}

/** As Go writes times, the zero one too, without zeros at the end. */
const timeText = (ms: number): string =>
  ms ? new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z') : '0001-01-01T00:00:00Z';

function durationText(ms: number): string {
  if (ms === 0) return '0s';
  return ms < 1000 ? `${Number(ms.toFixed(6))}ms` : `${Number((ms / 1000).toFixed(9))}s`;
}
