import { createHash } from 'node:crypto';
import type { Clock, Registry } from '@tiphys/sdk/runtime';
import { adopt } from '../../metrics/adopt.ts';
import { Durations } from '../../metrics/durations.ts';

const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What metrics tell apart without telling it. */
export const hashOf = (text: string): string => text && `sha256:${createHash('sha256').update(text).digest('hex')}`;

type Result = 'success' | 'failure';
const results: readonly Result[] = ['success', 'failure'];

/** How tokens of OpenID providers fared and when their keys were fetched, under upstream's names. */
export class OidcMetrics {
  readonly #clock: Clock;
  readonly #latencies = new Map<string, Readonly<Record<Result, Durations>>>();
  readonly #fetches = new Map<string, Partial<Record<Result, number>> & { keySet?: string }>();

  constructor(registry: Registry, { apiServerId, clock }: { readonly apiServerId: string; readonly clock: Clock }) {
    this.#clock = clock;
    const apiserver_id_hash = hashOf(apiServerId);
    const prefix = 'apiserver_authentication_jwt_authenticator';
    adopt(registry, {
      name: `${prefix}_latency_seconds`,
      help: 'Latency of jwt authentication operations in seconds. This is the time spent authenticating a token for cache miss only (i.e. when the token is not found in the cache).',
      type: 'histogram',
      samples: () =>
        [...this.#latencies].flatMap(([jwt_issuer_hash, each]) =>
          results
            .filter((result) => each[result].count)
            .flatMap((result) => each[result].samples({ jwt_issuer_hash, result })),
        ),
    });
    adopt(registry, {
      name: `${prefix}_jwks_fetch_last_timestamp_seconds`,
      help: 'Timestamp of the last successful or failed JWKS fetch split by result, api server identity and jwt issuer for the JWT authenticator.',
      type: 'gauge',
      samples: () =>
        [...this.#fetches].flatMap(([jwt_issuer_hash, fetched]) =>
          results.flatMap((result) => {
            const value = fetched[result];
            return value === undefined ? [] : [{ labels: { apiserver_id_hash, jwt_issuer_hash, result }, value }];
          }),
        ),
    });
    adopt(registry, {
      name: `${prefix}_jwks_fetch_last_key_set_info`,
      help: 'Information about the last JWKS fetched by the JWT authenticator with hash as label, split by api server identity and jwt issuer.',
      type: 'gauge',
      samples: () =>
        [...this.#fetches].flatMap(([jwt_issuer_hash, { keySet }]) =>
          keySet === undefined ? [] : [{ labels: { apiserver_id_hash, hash: keySet, jwt_issuer_hash }, value: 1 }],
        ),
    });
  }

  authenticated(issuer: string, result: Result, tookMs: number): void {
    const hash = hashOf(issuer);
    let each = this.#latencies.get(hash);
    if (!each) this.#latencies.set(hash, (each = { success: new Durations(buckets), failure: new Durations(buckets) }));
    each[result].add(tookMs / 1000);
  }

  /** With the text of the keys, or none when nothing good came. */
  fetched(issuer: string, keys: string | undefined): void {
    const now = this.#clock.now() / 1000;
    const before = this.#fetches.get(hashOf(issuer));
    const news = keys === undefined ? { failure: now } : { success: now, keySet: hashOf(keys) };
    this.#fetches.set(hashOf(issuer), { ...before, ...news });
  }

  /** The issuer is nobody's any more. */
  forget(issuer: string): void {
    this.#fetches.delete(hashOf(issuer));
  }
}
