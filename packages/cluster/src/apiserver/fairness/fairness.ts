import type { Clock } from '@tiphys/sdk/runtime';
import type { RequestContext, RequestInfo } from '../context.ts';
import { onceOver } from '../once-over.ts';
import { borrowingPeriodMs } from './borrowing.ts';
import type { Flow } from './flow.ts';
import { FlowControl } from './flow-control.ts';
import { RatioGauge } from './ratio-gauge.ts';
import type { RatioHistogram } from './ratio-histogram.ts';
import { Ticket } from './ticket.ts';
import { WatchCounts } from './watch-counts.ts';
import { isUnseen, listWidth, oneSeat, type ResourceStats, type Width, writeWidth } from './width.ts';

export interface FairnessDeps {
  readonly clock: Clock;
  /** Of requests at work at once, whatever they do. */
  readonly seats: number;
  /** What there is of a resource; undefined where nothing is known of it. */
  readonly statsOf: (info: RequestInfo) => ResourceStats | undefined;
}

const sides = ['readOnly', 'mutating'] as const;
export type Side = (typeof sides)[number];

const bounds = [0, 0.001, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

const reading = new Set(['get', 'list', 'watch']);
export const sideOf = ({ verb }: RequestInfo): Side => (reading.has(verb) ? 'readOnly' : 'mutating');

/** The server's time, shared among those who ask: each request has a place at a level, with seats that are free or waited for. */
export class Fairness {
  readonly control: FlowControl;
  readonly watches = new WatchCounts();
  readonly waiting: Readonly<Record<Side, RatioGauge>>;
  readonly executing: Readonly<Record<Side, RatioGauge>>;
  readonly #clock: Clock;
  readonly #statsOf: FairnessDeps['statsOf'];

  constructor({ clock, seats, statsOf }: FairnessDeps) {
    this.#clock = clock;
    this.#statsOf = statsOf;
    this.control = new FlowControl({ clock, seats });
    const gauges = () => {
      const now = clock.monotonic();
      return { readOnly: new RatioGauge(bounds, now), mutating: new RatioGauge(bounds, now) };
    };
    this.waiting = gauges();
    this.executing = gauges();
  }

  /** Takes levels and schemas as they are now. */
  configure(...objects: Parameters<FlowControl['configure']>): void {
    this.control.configure(...objects);
    const { levels } = this.control;
    const now = this.#clock.monotonic();
    for (const side of sides) {
      this.waiting[side].change(0, now);
      this.executing[side].change(0, now);
      this.waiting[side].limit = Math.max(1, sum(levels.map(({ queuing: q }) => waitingAt(q))));
      this.executing[side].limit = Math.max(1, sum(levels.map((l) => l.nominal)));
    }
  }

  /** A request's place: it executes, waits or is refused, as its state tells. */
  enter(c: RequestContext): Ticket {
    const { user, info, query, now } = c;
    const flow = this.control.classifier.flowOf(user, info);
    c.flow = flow.ids;
    const width = this.#widthOf(info, query, flow);
    const ticket = new Ticket(flow, user, info, now, width);
    flow.counts.seats.add(ticket.seats);
    flow.level.queues.enter(ticket);
    if (ticket.state === 'executing') this.#begun(ticket);
    else if (ticket.state === 'refused') this.#refused(ticket);
    return ticket;
  }

  /** Resolves when one that waits is let in, or isn't within its time or before its client has gone. */
  async decision(ticket: Ticket, { request }: RequestContext, limitMs: number): Promise<void> {
    const gauge = this.waiting[sideOf(ticket.info)];
    gauge.change(1, this.#clock.monotonic());
    const { queues } = ticket.flow.level;
    const giveUp = () => queues.cancel(ticket);
    const stop = this.#clock.after(limitMs, giveUp);
    let forget = () => {};
    await new Promise<void>((resolve) => {
      ticket.decided = resolve;
      forget = onceOver(request, giveUp);
    });
    stop();
    forget();
    gauge.change(-1, this.#clock.monotonic());
    if (ticket.state === 'executing') this.#begun(ticket);
    else this.#refused(ticket);
  }

  /** The answer of one that executed is there; of a watch, that it has begun. */
  leave(ticket: Ticket): void {
    const { flow, info, beganMs } = ticket;
    const now = flow.level.queues.leave(ticket);
    this.executing[sideOf(info)].change(-1, now);
    flow.counts.executionSeconds[info.verb === 'watch' ? 'watch' : 'regular'].add((now - beganMs) / 1000);
  }

  /** For how long which part of what may be at work, or wait, did. */
  soFar(phase: 'executing' | 'waiting', side: Side): RatioHistogram {
    const gauge = this[phase][side];
    gauge.change(0, this.#clock.monotonic());
    return gauge.histogram;
  }

  /** Shares seats out anew every now and then, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Ends early with the signal alone.
      await this.#clock.sleep(borrowingPeriodMs, signal).catch(() => {});
      if (!signal.aborted) this.control.lend();
    }
  }

  #begun({ flow, info, enteredMs, beganMs }: Ticket): void {
    this.executing[sideOf(info)].change(1, beganMs);
    if (!flow.level.isExempt) flow.counts.waitSeconds.true.add((beganMs - enteredMs) / 1000);
  }

  #refused({ flow, enteredMs }: Ticket): void {
    const now = this.#clock.monotonic();
    flow.counts.waitSeconds.false.add((now - enteredMs) / 1000);
    flow.level.retryAfter.refuse(this.#clock.now());
  }

  #widthOf(info: RequestInfo, query: URLSearchParams, { level, counts }: Flow): Width {
    switch (info.verb) {
      case 'list':
      case 'watch':
        return listWidth(info, query, { stats: this.#statsOf(info), widest: level.widest });
      case 'create':
      case 'update':
      case 'patch':
      case 'delete': {
        if (isUnseen(info)) return oneSeat;
        const watchers = this.watches.of(info);
        counts.watchers.add(watchers);
        return writeWidth(watchers, level.widest);
      }
      default:
        return oneSeat;
    }
  }
}

const waitingAt = (queuing: FlowControl['levels'][number]['queuing']): number =>
  typeof queuing === 'object' ? queuing.queues * queuing.lengthLimit : 0;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
