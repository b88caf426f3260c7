import type { Registry } from '@tiphys/sdk/runtime';
import { adopt, type Sample } from './adopt.ts';
import { Durations } from './durations.ts';

/** What a request counts under; upstream's label names. */
export interface RequestLabels {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly scope: string;
  readonly dryRun: string;
  readonly longRunning: boolean;
}

/** The counts of one kind of request. Plain numbers: every request adds to some of them. */
export class RequestCell {
  readonly labels: RequestLabels;
  readonly byCode = new Map<number, number>();
  readonly durations = new Durations();
  longRunning = 0;

  constructor(labels: RequestLabels) {
    this.labels = labels;
  }

  finished(code: number, seconds: number): void {
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
    this.durations.add(seconds);
  }
}

/** So many kinds of request are told apart; there are about ten for each served resource. */
const mostCells = 5000;

/** Requests as upstream counts them. Counting is a map look-up and some additions; the labels are put together when asked for. */
export class RequestMetrics {
  /** Of those that come from outside and end soon. */
  readonly inFlight = { readOnly: 0, mutating: 0 };
  readonly #cells = new Map<string, RequestCell>();

  constructor(registry: Registry) {
    const common = ({ labels }: RequestCell) => ({
      component: 'apiserver',
      group: labels.group,
      resource: labels.resource,
      scope: labels.scope,
      subresource: labels.subresource,
      verb: labels.verb,
      version: labels.version,
    });
    adopt(registry, {
      name: 'apiserver_request_total',
      help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      type: 'counter',
      samples: () =>
        this.#flat((cell) =>
          [...cell.byCode].map(([code, value]) => ({
            labels: { code: String(code), dry_run: cell.labels.dryRun, ...common(cell) },
            value,
          })),
        ),
    });
    adopt(registry, {
      name: 'apiserver_request_duration_seconds',
      help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      type: 'histogram',
      samples: () => this.#flat((cell) => cell.durations.samples({ dry_run: cell.labels.dryRun, ...common(cell) })),
    });
    adopt(registry, {
      name: 'apiserver_longrunning_requests',
      help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.',
      type: 'gauge',
      samples: () =>
        this.#flat((cell) => (cell.labels.longRunning ? [{ labels: common(cell), value: cell.longRunning }] : [])),
    });
    adopt(registry, {
      name: 'apiserver_current_inflight_requests',
      help: 'Number of currently used inflight request limit of this apiserver per request kind.',
      type: 'gauge',
      samples: () =>
        Object.entries(this.inFlight).map(([request_kind, value]) => ({ labels: { request_kind }, value })),
    });
  }

  /** The cell of requests that are alike by `key`. */
  cell(key: string, labels: () => RequestLabels): RequestCell {
    let cell = this.#cells.get(key);
    if (!cell) {
      cell = new RequestCell(labels());
      if (this.#cells.size < mostCells) this.#cells.set(key, cell);
    }
    return cell;
  }

  #flat(samplesOf: (cell: RequestCell) => readonly Sample[]): Sample[] {
    return [...this.#cells.values()].flatMap(samplesOf);
  }
}
