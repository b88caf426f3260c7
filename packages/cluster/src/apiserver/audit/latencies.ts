import type { Layer } from '../context.ts';

const prefix = 'apiserver.latency.k8s.io/';
/** Only requests that took longer are told of in so much detail. */
export const longMs = 500;

/** What is done at the same time, or again, counts once. */
const longestOf: ReadonlySet<Layer> = new Set(['authorization', 'apf-queue-wait', 'validating-webhook']);

/** Where the time of a request went. */
export class Latencies {
  readonly #ms = new Map<Layer, number>();

  took(layer: Layer, ms: number): void {
    const before = this.#ms.get(layer) ?? 0;
    this.#ms.set(layer, longestOf.has(layer) ? Math.max(before, ms) : before + ms);
  }

  /** As annotations. */
  *told(totalMs: number): Iterable<readonly [string, string]> {
    for (const [layer, ms] of this.#ms) if (ms > 0) yield [`${prefix}${layer}`, nanoText(ms)];
    yield [`${prefix}total`, nanoText(totalMs)];
  }
}

/** A duration of less than a minute as Go prints it, to the nanosecond: `153.2µs`, `1.25ms`, `2.000001s`. */
export function nanoText(ms: number): string {
  const nanos = Math.round(ms * 1e6);
  if (nanos < 1000) return `${nanos}ns`;
  if (nanos < 1e6) return `${nanos / 1e3}µs`;
  return nanos < 1e9 ? `${nanos / 1e6}ms` : `${nanos / 1e9}s`;
}
