import type { Selector } from '@tiphys/sdk/machinery';
import type { PodInfo } from './pod-info.ts';

interface Counted {
  readonly namespace: string;
  readonly selector: Selector;
  /** Matching pods by node. */
  readonly byNode: Map<string, number>;
}

/** Selectors whose counts are kept; a rollout needs one or two, and the next pods of it the same. */
const kept = 64;

/**
 * How many pods of a namespace match a selector on each node, pods that are going away aside. Counted once, then kept as pods
 * come and go, so that spreading a large Deployment doesn't look at every pod for every pod.
 */
export class MatchCounts {
  readonly #counted = new Map<string, Counted>();
  readonly #podsOf: () => Iterable<[node: string, pods: Iterable<PodInfo>]>;

  constructor(podsOf: () => Iterable<[node: string, pods: Iterable<PodInfo>]>) {
    this.#podsOf = podsOf;
  }

  of(namespace: string, selector: Selector): ReadonlyMap<string, number> {
    const key = `${namespace}/${selector.text}`;
    const known = this.#counted.get(key);
    // The most recently used are last.
    if (known) this.#counted.delete(key);
    const counted = known ?? this.#count(namespace, selector);
    this.#counted.set(key, counted);
    if (this.#counted.size > kept) this.#counted.delete(this.#counted.keys().next().value!);
    return counted.byNode;
  }

  change(node: string, pod: PodInfo, by: 1 | -1): void {
    for (const counted of this.#counted.values()) if (matches(counted, pod)) bump(counted.byNode, node, by);
  }

  #count(namespace: string, selector: Selector): Counted {
    const counted: Counted = { namespace, selector, byNode: new Map() };
    for (const [node, pods] of this.#podsOf()) {
      for (const pod of pods) if (matches(counted, pod)) bump(counted.byNode, node, 1);
    }
    return counted;
  }
}

const matches = ({ namespace, selector }: Counted, pod: PodInfo): boolean =>
  !pod.terminating && pod.namespace === namespace && selector.matches(pod.labels);

function bump(counts: Map<string, number>, node: string, by: number): void {
  const n = (counts.get(node) ?? 0) + by;
  if (n > 0) counts.set(node, n);
  else counts.delete(node);
}
