import type { Registry } from '@tiphys/sdk/runtime';
import { adopt, type Sample } from '../../metrics/adopt.ts';
import { Durations } from '../../metrics/durations.ts';
import type { MisconversionType } from './misconversion.ts';

const webhookSeconds = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 60];
const definitionSeconds = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);

type Labels = Readonly<Record<string, string>>;
type Cells = Map<string, { readonly labels: Labels; readonly durations: Durations }>;

/** What a call of a webhook was for, and what became of it. */
export interface ConversionCall {
  readonly definition: string;
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  /** Nothing when all went well. */
  readonly failure: MisconversionType | undefined;
}

/** How conversions by webhooks do, by upstream's names. */
export class ConversionMetrics {
  readonly #byResult: Cells = new Map();
  readonly #byDefinition: Cells = new Map();

  constructor(registry: Registry) {
    const each = (cells: Cells, samples: (labels: Labels, durations: Durations) => Sample[]) =>
      [...cells.values()].flatMap(({ labels, durations }) => samples(labels, durations));
    adopt(registry, {
      name: 'apiserver_conversion_webhook_request_total',
      help: 'Counter for conversion webhook requests with success/failure and failure error type',
      type: 'counter',
      samples: () => each(this.#byResult, (labels, { count: value }) => [{ labels, value }]),
    });
    adopt(registry, {
      name: 'apiserver_conversion_webhook_duration_seconds',
      help: 'Conversion webhook request latency',
      type: 'histogram',
      samples: () => each(this.#byResult, (labels, durations) => durations.samples(labels)),
    });
    adopt(registry, {
      name: 'apiserver_crd_conversion_webhook_duration_seconds',
      help: 'CRD webhook conversion duration in seconds',
      type: 'histogram',
      samples: () => each(this.#byDefinition, (labels, durations) => durations.samples(labels)),
    });
  }

  add({ definition, from, to, seconds, failure }: ConversionCall): void {
    const result = { failure_type: failure ?? '', result: failure ? 'failure' : 'success' };
    under(this.#byResult, result, webhookSeconds).add(seconds);
    const of = { crd_name: definition, from_version: from, succeeded: String(!failure), to_version: to };
    under(this.#byDefinition, of, definitionSeconds).add(seconds);
  }
}

function under(cells: Cells, labels: Labels, buckets: readonly number[]): Durations {
  const key = Object.values(labels).join(' ');
  let cell = cells.get(key);
  if (!cell) cells.set(key, (cell = { labels, durations: new Durations(buckets) }));
  return cell.durations;
}
