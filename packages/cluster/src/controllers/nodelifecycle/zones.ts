import type { Node } from '@tiphys/sdk/api';
import { TokenBucket } from '@tiphys/sdk/runtime';
import { readyOf } from './taints.ts';

/** Upstream's rates: one node in ten seconds, one in a hundred when most of a large zone is ill. */
const normalMs = 10_000;
const secondaryMs = 100_000;
const unhealthyShare = 0.55;
const largeZone = 50;

type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** Old names of the labels come first, as upstream's zones still do. */
export function zoneOf({ metadata: { labels = {} } }: Node): string {
  const named = (name: string) =>
    labels[`failure-domain.beta.kubernetes.io/${name}`] ?? labels[`topology.kubernetes.io/${name}`];
  return `${named('region') ?? ''}:\0:${named('zone') ?? ''}`;
}

const excludedLabel = 'node.kubernetes.io/exclude-disruption';

/**
 * How fast nodes may be given up, zone by zone: when many fail at once it's rather the network or us, and driving their pods
 * off would only make it worse. When every zone is down nothing is given up at all.
 */
export class EvictionLimiter {
  #allDown = false;
  readonly #buckets = new Map<string, { state: ZoneState; large: boolean; bucket: TokenBucket | undefined }>();

  /** Whether every zone is down that wasn't when this was last asked. */
  goesDown(nodes: readonly Node[]): boolean {
    const before = this.#allDown;
    this.#allDown = [...statesOf(nodes).values()].every((z) => z.state === 'FullDisruption');
    return this.#allDown && !before;
  }

  /** Milliseconds until the node may be given up: 0 is now, undefined is not while things are as they are. */
  waitMs(node: Node, nodes: readonly Node[], monotonic: number): number | undefined {
    const zone = zoneOf(node);
    const states = statesOf(nodes);
    const { state, large } = states.get(zone) ?? { state: 'Normal' as const, large: false };
    if ([...states.values()].every((z) => z.state === 'FullDisruption')) return undefined;
    let limit = this.#buckets.get(zone);
    if (limit?.state !== state || limit.large !== large) {
      limit = { state, large, bucket: bucketFor(state, large, monotonic) };
      this.#buckets.set(zone, limit);
    }
    if (!limit.bucket) return undefined;
    return limit.bucket.take(monotonic) ? 0 : limit.bucket.waitMs(monotonic);
  }
}

function bucketFor(state: ZoneState, large: boolean, now: number): TokenBucket | undefined {
  if (state !== 'PartialDisruption') return new TokenBucket(1, normalMs, now);
  return large ? new TokenBucket(1, secondaryMs, now) : undefined;
}

export function statesOf(nodes: readonly Node[]): Map<string, { state: ZoneState; large: boolean }> {
  const counts = new Map<string, { ready: number; not: number }>();
  for (const node of nodes) {
    if (node.metadata.labels?.[excludedLabel] !== undefined) continue;
    const zone = zoneOf(node);
    const count = counts.get(zone) ?? { ready: 0, not: 0 };
    if (readyOf(node)?.status === 'True') count.ready++;
    else count.not++;
    counts.set(zone, count);
  }
  return new Map(
    [...counts].map(([zone, { ready, not }]) => {
      const full = ready === 0 && not > 0;
      const partial = not > 2 && not / (ready + not) >= unhealthyShare;
      const state: ZoneState = full ? 'FullDisruption' : partial ? 'PartialDisruption' : 'Normal';
      return [zone, { state, large: ready + not > largeZone }];
    }),
  );
}
