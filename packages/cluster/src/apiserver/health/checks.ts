import { type Clock, isAbort, messageOf } from '@tiphys/sdk/runtime';
import type { StoreBackend } from '../../store/index.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { HealthCheck } from '../../serving/index.ts';

export interface HealthDeps {
  readonly store: StoreBackend;
  readonly overrides?: readonly { readonly store: StoreBackend }[];
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  /** Those of parts that are only there when they are wanted. */
  readonly more?: readonly HealthCheck[];
}

/** A store that takes longer than this to answer is as good as none. */
const patienceMs = 2000;

/** What can be wrong with a server, by upstream's names and in its order. */
export function healthChecks({
  store,
  overrides = [],
  clock,
  lifecycle,
  more = [],
}: HealthDeps): () => readonly HealthCheck[] {
  const stored = storeCheck(store, clock);
  const others = [...new Set(overrides.map((o) => o.store))].map((other) => storeCheck(other, clock));
  const before: readonly HealthCheck[] = [
    { name: 'ping', check: () => undefined },
    { name: 'log', check: () => undefined },
    { name: 'etcd', check: stored },
    { name: 'etcd-readiness', in: ['readyz'], check: stored },
    ...more,
    ...others.flatMap(overrideChecks),
    // The caches are loaded before anybody can ask, and a server that can't follow its store ends.
    { name: 'informer-sync', in: ['readyz'], check: () => undefined },
  ];
  const after: readonly HealthCheck[] = [
    { name: 'shutdown', in: ['readyz'], check: () => (lifecycle.isEnding ? 'process is shutting down' : undefined) },
  ];
  return () => [
    ...before,
    ...[...lifecycle.steps.keys()].map((name) => ({
      name: `poststarthook/${name}`,
      check: () => (lifecycle.steps.get(name) ? undefined : 'not finished'),
    })),
    ...after,
  ];
}

const overrideChecks = (check: HealthCheck['check'], i: number): HealthCheck[] => [
  { name: `etcd-override-${i}`, check },
  { name: `etcd-override-readiness-${i}`, in: ['readyz'], check },
];

/** Whether the store answers. However many ask at once, it is asked once. */
export function storeCheck(store: StoreBackend, clock: Clock): () => Promise<string | undefined> {
  let asking: Promise<string | undefined> | undefined;
  return () => (asking ??= ask().finally(() => (asking = undefined)));

  async function ask(): Promise<string | undefined> {
    const enough = new AbortController();
    const late = clock.sleep(patienceMs, enough.signal).then(
      () => 'context deadline exceeded',
      (error: unknown) => {
        if (!isAbort(error)) throw error;
        return undefined;
      },
    );
    const answer = store.get('/registry/health').then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
    const problem = await Promise.race([answer, late]);
    enough.abort();
    return problem === undefined ? undefined : `error getting data from etcd: ${problem}`;
  }
}
