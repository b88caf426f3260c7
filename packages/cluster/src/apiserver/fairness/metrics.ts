import type { Registry } from '@tiphys/sdk/runtime';
import { adopt, type ReadMetric, type Sample } from '../metrics/adopt.ts';
import type { Fairness } from './fairness.ts';
import type { FlowCounts } from './flow-counts.ts';
import type { PriorityLevel } from './priority-level.ts';

type Labels = Readonly<Record<string, string>>;
type Metric = Omit<ReadMetric, 'samples' | 'name'> & { readonly name: string };

/** What levels and flows do, by upstream's names. All is counted as plain numbers, and put together when asked for. */
export function fairnessMetrics(registry: Registry, fairness: Fairness): void {
  const { control } = fairness;
  const tell = ({ name, ...metric }: Metric, samples: ReadMetric['samples']) =>
    adopt(registry, { ...metric, name: `apiserver_flowcontrol_${name}`, samples });

  for (const { of, ...metric } of ofFlows) {
    tell(metric, () =>
      [...control.counts].flatMap((counts) =>
        of(counts, { priority_level: counts.level, flow_schema: counts.schema }).map(inOrder),
      ),
    );
  }
  for (const { of, ...metric } of ofLevels) {
    tell(metric, () =>
      control.levels.flatMap((level) => {
        level.queues.sync();
        return of(level, { priority_level: level.name }).map(inOrder);
      }),
    );
  }
  tell(
    {
      name: 'seat_fair_frac',
      type: 'gauge',
      help: "Fair fraction of server's concurrency to allocate to each priority level that can use it",
    },
    () => [{ labels: {}, value: control.fairFraction }],
  );
  tell(
    {
      name: 'read_vs_write_current_requests',
      type: 'histogram',
      help: 'Observations, at the end of every nanosecond, of the number of requests (as a fraction of the relevant limit) waiting or in regular stage of execution',
    },
    () =>
      (['executing', 'waiting'] as const).flatMap((phase) =>
        (['readOnly', 'mutating'] as const).flatMap((request_kind) =>
          fairness.soFar(phase, request_kind).samples({ phase, request_kind }),
        ),
      ),
  );
  adopt(registry, {
    name: 'apiserver_current_inqueue_requests',
    help: 'Number of requests of this apiserver that wait in queues per request kind.',
    type: 'gauge',
    samples: () =>
      Object.entries(fairness.waiting).map(([request_kind, { value }]) => ({ labels: { request_kind }, value })),
  });
}

/** Labels by name, as upstream writes them, and the bucket's bound last. */
function inOrder({ labels, ...sample }: Sample): Sample {
  const { le, ...names } = labels;
  const sorted = Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...sample, labels: le === undefined ? sorted : { ...sorted, le } };
}

const one = (labels: Labels, value: number): readonly Sample[] => [{ labels, value }];
/** Nothing is told of what has never been. */
const once = (has: unknown, samples: readonly Sample[]): readonly Sample[] => (has ? samples : []);
const histogram = (of: { count: number; samples: (labels: Labels) => Sample[] }, labels: Labels) =>
  once(of.count, of.samples(labels));

const ofFlows: readonly (Metric & { of: (counts: FlowCounts, labels: Labels) => readonly Sample[] })[] = [
  {
    name: 'rejected_requests_total',
    type: 'counter',
    help: 'Number of requests rejected by API Priority and Fairness subsystem',
    of: ({ refused }, labels) => [...refused].map(([reason, value]) => ({ labels: { ...labels, reason }, value })),
  },
  {
    name: 'dispatched_requests_total',
    type: 'counter',
    help: 'Number of requests executed by API Priority and Fairness subsystem',
    of: ({ dispatched }, labels) => once(dispatched, one(labels, dispatched)),
  },
  {
    name: 'current_inqueue_requests',
    type: 'gauge',
    help: 'Number of requests currently pending in queues of the API Priority and Fairness subsystem',
    of: ({ queueLengths, waiting }, labels) => once(queueLengths.count, one(labels, waiting)),
  },
  {
    name: 'current_inqueue_seats',
    type: 'gauge',
    help: 'Number of seats currently pending in queues of the API Priority and Fairness subsystem',
    of: ({ queueLengths, waitingSeats }, labels) => once(queueLengths.count, one(labels, waitingSeats)),
  },
  {
    name: 'request_queue_length_after_enqueue',
    type: 'histogram',
    help: 'Length of queue in the API Priority and Fairness subsystem, as seen by each request after it is enqueued',
    of: ({ queueLengths }, labels) => histogram(queueLengths, labels),
  },
  {
    name: 'current_executing_requests',
    type: 'gauge',
    help: 'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
    of: ({ dispatched, executing }, labels) => once(dispatched, one(labels, executing)),
  },
  {
    name: 'current_executing_seats',
    type: 'gauge',
    help: 'Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
    of: ({ dispatched, executingSeats }, labels) => once(dispatched, one(labels, executingSeats)),
  },
  {
    name: 'request_wait_duration_seconds',
    type: 'histogram',
    help: 'Length of time a request spent waiting in its queue',
    of: ({ waitSeconds }, labels) =>
      Object.entries(waitSeconds).flatMap(([execute, of]) => histogram(of, { ...labels, execute })),
  },
  {
    name: 'request_execution_seconds',
    type: 'histogram',
    help: 'Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API Priority and Fairness subsystem',
    of: ({ executionSeconds }, labels) =>
      Object.entries(executionSeconds).flatMap(([type, of]) => histogram(of, { ...labels, type })),
  },
  {
    name: 'watch_count_samples',
    type: 'histogram',
    help: 'count of watchers for mutating requests in API Priority and Fairness',
    of: ({ watchers }, labels) => histogram(watchers, labels),
  },
  {
    name: 'work_estimated_seats',
    type: 'histogram',
    help: 'Number of estimated seats (maximum of initial and final seats) associated with requests in API Priority and Fairness',
    of: ({ seats }, labels) => histogram(seats, labels),
  },
  {
    name: 'request_dispatch_no_accommodation_total',
    type: 'counter',
    help: 'Number of times a dispatch attempt resulted in a non accommodation due to lack of available seats',
    of: ({ tooWide }, labels) => once(tooWide, one(labels, tooWide)),
  },
];

const bounds = (labels: Labels, { min, max }: { min: number; max: number }): readonly Sample[] => [
  { labels: { ...labels, bound: 'max' }, value: max },
  { labels: { ...labels, bound: 'min' }, value: min },
];

const ofLevels: readonly (Metric & { of: (level: PriorityLevel, labels: Labels) => readonly Sample[] })[] = [
  {
    name: 'priority_level_seat_utilization',
    type: 'histogram',
    help: 'Observations, at the end of every nanosecond, of utilization of seats for any stage of execution (but only initial stage for WATCHes)',
    of: ({ queues }, labels) => queues.use.seatUse.samples({ ...labels, phase: 'executing' }),
  },
  {
    name: 'priority_level_request_utilization',
    type: 'histogram',
    help: 'Observations, at the end of every nanosecond, of number of requests (as a fraction of the relevant limit) waiting or in any stage of execution (but only initial stage for WATCHes)',
    of: ({ queues: { use } }, labels) => [
      ...use.executingUse.samples({ ...labels, phase: 'executing' }),
      ...use.waitingUse.samples({ ...labels, phase: 'waiting' }),
    ],
  },
  {
    name: 'demand_seats',
    type: 'histogram',
    help: 'Observations, at the end of every nanosecond, of (the number of seats each priority level could use) / (nominal number of seats for that level)',
    of: ({ queues }, labels) => queues.use.demandUse.samples(labels),
  },
  {
    name: 'current_r',
    type: 'gauge',
    help: 'R(time of last change)',
    of: ({ queues }, labels) => one(labels, queues.r),
  },
  {
    name: 'dispatch_r',
    type: 'gauge',
    help: 'R(time of last dispatch)',
    of: ({ queues }, labels) => once(queues.lastDispatch.isSet, one(labels, queues.lastDispatch.r)),
  },
  {
    name: 'latest_s',
    type: 'gauge',
    help: 'S(most recently dispatched request)',
    of: ({ queues }, labels) => once(queues.lastDispatch.isSet, one(labels, queues.lastDispatch.s)),
  },
  {
    name: 'next_s_bounds',
    type: 'gauge',
    help: 'min and max, over queues, of S(oldest waiting request in queue)',
    of: ({ queues }, labels) => once(queues.lastDispatch.isSet, bounds(labels, queues.lastDispatch.nextS)),
  },
  {
    name: 'next_discounted_s_bounds',
    type: 'gauge',
    help: 'min and max, over queues, of S(oldest waiting request in queue) - estimated work in progress',
    of: ({ queues }, labels) => once(queues.lastDispatch.isSet, bounds(labels, queues.lastDispatch.discountedS)),
  },
  {
    name: 'epoch_advance_total',
    type: 'counter',
    help: "Number of times the queueset's progress meter jumped backward",
    of: ({ queues: { setBacks } }, labels) => once(setBacks, one({ ...labels, success: 'true' }, setBacks)),
  },
  {
    name: 'nominal_limit_seats',
    type: 'gauge',
    help: 'Nominal number of execution seats configured for each priority level',
    of: ({ nominal }, labels) => one(labels, nominal),
  },
  {
    name: 'lower_limit_seats',
    type: 'gauge',
    help: 'Configured lower bound on number of execution seats available to each priority level',
    of: ({ min }, labels) => one(labels, min),
  },
  {
    name: 'upper_limit_seats',
    type: 'gauge',
    help: 'Configured upper bound on number of execution seats available to each priority level',
    of: ({ max }, labels) => one(labels, max),
  },
  {
    name: 'demand_seats_high_watermark',
    type: 'gauge',
    help: 'High watermark, over last adjustment period, of demand_seats',
    of: ({ demand }, labels) => one(labels, demand.highest),
  },
  {
    name: 'demand_seats_average',
    type: 'gauge',
    help: 'Time-weighted average, over last adjustment period, of demand_seats',
    of: ({ demand }, labels) => one(labels, demand.average),
  },
  {
    name: 'demand_seats_stdev',
    type: 'gauge',
    help: 'Time-weighted standard deviation, over last adjustment period, of demand_seats',
    of: ({ demand }, labels) => one(labels, demand.deviation),
  },
  {
    name: 'demand_seats_smoothed',
    type: 'gauge',
    help: 'Smoothed seat demands',
    of: ({ demand }, labels) => one(labels, demand.smoothed),
  },
  {
    name: 'target_seats',
    type: 'gauge',
    help: 'Seat allocation targets',
    of: ({ target }, labels) => one(labels, target),
  },
  {
    name: 'current_limit_seats',
    type: 'gauge',
    help: 'current derived number of execution seats available to each priority level',
    of: ({ current }, labels) => one(labels, current),
  },
];
