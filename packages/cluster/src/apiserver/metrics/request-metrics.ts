import type { Registry } from '@tiphys/sdk/runtime';
import { adopt, type Sample } from './adopt.ts';
import { Durations } from './durations.ts';
import { Histogram } from './histogram.ts';

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
  /** Of answers, where somebody reads. */
  readonly sizes: Histogram | undefined;
  longRunning = 0;

  constructor(labels: RequestLabels) {
    this.labels = labels;
    if (labels.verb === 'GET' || labels.verb === 'LIST') this.sizes = new Histogram(sizes);
  }

  finished(code: number, seconds: number): void {
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
    this.durations.add(seconds);
  }
}

/** Upper bounds of answers' sizes in bytes. */
const sizes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** The shortest that is told apart where waiting for others doesn't count. */
const sliSeconds = 0.05;

/** Verbs differ most. */
const isSame = (a: RequestLabels, b: RequestLabels): boolean =>
  a.verb === b.verb &&
  a.scope === b.scope &&
  a.subresource === b.subresource &&
  a.group === b.group &&
  a.version === b.version &&
  a.dryRun === b.dryRun &&
  a.longRunning === b.longRunning;

/** So many kinds of request are told apart; there are about ten for each served resource. */
const mostCells = 5000;

/** Requests as upstream counts them. Counting is a map look-up and some additions; the labels are put together when asked for. */
export class RequestMetrics {
  /** Of those that come from outside and end soon. */
  readonly inFlight = { readOnly: 0, mutating: 0 };
  /** By resource: there are about ten of each. */
  readonly #cells = new Map<string, RequestCell[]>();
  #count = 0;

  /** `removedIn`: the release that goes without a resource that is out of favour, empty where none is known. */
  constructor(registry: Registry, removedIn: (of: RequestLabels) => string | undefined = () => undefined) {
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
      reset: () => {
        this.#cells.clear();
        this.#count = 0;
      },
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
    // Whether it was tried only isn't told in these.
    const together = (numbersOf: (cell: RequestCell) => Histogram | undefined) => {
      const sums = new Map<string, Histogram>();
      for (const cell of this.#all) {
        const numbers = numbersOf(cell);
        if (!numbers?.count) continue;
        const key = JSON.stringify(common(cell));
        sums.set(key, sums.get(key)?.plus(numbers) ?? numbers);
      }
      return [...sums].map(([key, sum]) => ({ labels: JSON.parse(key) as ReturnType<typeof common>, sum }));
    };
    adopt(registry, {
      name: 'apiserver_request_sli_duration_seconds',
      help: 'Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
      type: 'histogram',
      samples: () =>
        together((cell) => (cell.labels.longRunning ? undefined : cell.durations)).flatMap(({ labels, sum }) =>
          sum.samples(labels, sliSeconds),
        ),
    });
    adopt(registry, {
      name: 'apiserver_response_sizes',
      help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
      type: 'histogram',
      samples: () => together((cell) => cell.sizes).flatMap(({ labels, sum }) => sum.samples(labels)),
    });
    adopt(registry, {
      name: 'apiserver_requested_deprecated_apis',
      help: 'Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
      type: 'gauge',
      samples: () => {
        const asked = new Map<string, Sample>();
        for (const { labels } of this.#all) {
          const removed_release = labels.resource ? removedIn(labels) : undefined;
          if (removed_release === undefined) continue;
          const { group, version, resource, subresource } = labels;
          const sample = { labels: { group, removed_release, resource, subresource, version }, value: 1 };
          asked.set(JSON.stringify(sample), sample);
        }
        return [...asked.values()];
      },
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

  /** The cell of requests that count under the same labels. */
  cell(labels: RequestLabels): RequestCell {
    const ofResource = this.#cells.get(labels.resource);
    if (ofResource) for (const cell of ofResource) if (isSame(cell.labels, labels)) return cell;
    const cell = new RequestCell(labels);
    if (this.#count < mostCells) {
      this.#count++;
      if (ofResource) ofResource.push(cell);
      else this.#cells.set(labels.resource, [cell]);
    }
    return cell;
  }

  get #all(): RequestCell[] {
    return [...this.#cells.values()].flat();
  }

  #flat(samplesOf: (cell: RequestCell) => readonly Sample[]): Sample[] {
    return this.#all.flatMap(samplesOf);
  }
}
