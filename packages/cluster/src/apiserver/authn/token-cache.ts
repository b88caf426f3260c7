import { createHash } from 'node:crypto';
import type { Clock, Registry } from '@tiphys/sdk/runtime';
import { adopt } from '../metrics/adopt.ts';
import { Durations } from '../metrics/durations.ts';
import type { Known, TokenAuthenticator } from './known.ts';

/** Prometheus' own. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often tokens were remembered, under upstream's names: all caches count together. */
export class TokenCacheMetrics {
  readonly requests = { hit: new Durations(buckets), miss: new Durations(buckets) };
  readonly fetches = { ok: 0, error: 0 };
  readonly active = { blocked: 0, in_flight: 0 };

  constructor(registry: Registry) {
    const name = (rest: string) => `authentication_token_cache_${rest}`;
    const requests = () => Object.entries(this.requests).filter(([, { count }]) => count);
    const counts = (of: Readonly<Record<string, number>>) =>
      Object.entries(of).map(([status, value]) => ({ labels: { status }, value }));
    adopt(registry, {
      name: name('request_duration_seconds'),
      help: '',
      type: 'histogram',
      samples: () => requests().flatMap(([status, durations]) => durations.samples({ status })),
    });
    adopt(registry, {
      name: name('request_total'),
      help: '',
      type: 'counter',
      samples: () => requests().map(([status, { count }]) => ({ labels: { status }, value: count })),
    });
    adopt(registry, {
      name: name('fetch_total'),
      help: '',
      type: 'counter',
      samples: () => counts(this.fetches).filter(({ value }) => value),
    });
    adopt(registry, {
      name: name('active_fetch_count'),
      help: '',
      type: 'gauge',
      samples: () => counts(this.active),
    });
  }
}

export interface TokenCacheOptions {
  readonly clock: Clock;
  readonly metrics: TokenCacheMetrics;
  /** How long it is remembered who a token stands for; 0 for not at all. */
  readonly successMs: number;
  /** The same of tokens that nobody knows. */
  readonly failureMs?: number;
}

interface Remembered {
  readonly known: Known | undefined;
  readonly until: number;
}

/** Of so many tokens; then the oldest are forgotten. */
const mostRemembered = 32_768;

/**
 * Remembers for a while what others said of tokens, who then needn't be asked again; those who ask about one token at once share
 * an answer. What went wrong isn't remembered. Tokens themselves aren't kept, only their digests.
 */
export class TokenCache {
  readonly #tokens: TokenAuthenticator;
  readonly #options: TokenCacheOptions;
  readonly #remembered = new Map<string, Remembered>();
  readonly #asked = new Map<string, Promise<Known | undefined>>();

  constructor(tokens: TokenAuthenticator, options: TokenCacheOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  /** Those whom somebody has asked about just now: asked first, they needn't wait until everybody else has looked. */
  readonly remembered: TokenAuthenticator = (token, audiences) => this.#hit(keyOf(token, audiences))?.known;

  readonly knows: TokenAuthenticator = (token, audiences) => {
    const { clock, metrics } = this.#options;
    const key = keyOf(token, audiences);
    const hit = this.#hit(key);
    if (hit) return hit.known;
    const began = clock.monotonic();
    let answer = this.#asked.get(key);
    if (!answer) this.#asked.set(key, (answer = this.#ask(key, token, audiences)));
    metrics.active.blocked++;
    return answer.finally(() => {
      metrics.active.blocked--;
      metrics.requests.miss.add((clock.monotonic() - began) / 1000);
    });
  };

  #hit(key: string): Remembered | undefined {
    const found = this.#remembered.get(key);
    if (!found || found.until <= this.#options.clock.monotonic()) return undefined;
    // It took no time that anybody would tell.
    this.#options.metrics.requests.hit.add(0);
    return found;
  }

  async #ask(key: string, token: string, audiences: readonly string[]): Promise<Known | undefined> {
    const { clock, metrics, successMs, failureMs = 0 } = this.#options;
    const { active, fetches } = metrics;
    active.in_flight++;
    try {
      const known = await this.#tokens(token, audiences);
      fetches.ok++;
      const forMs = known ? successMs : failureMs;
      if (forMs > 0) this.#remember(key, { known, until: clock.monotonic() + forMs });
      return known;
    } catch (err) {
      fetches.error++;
      throw err;
    } finally {
      active.in_flight--;
      this.#asked.delete(key);
    }
  }

  #remember(key: string, what: Remembered): void {
    this.#remembered.delete(key);
    const now = this.#options.clock.monotonic();
    for (const [oldest, { until }] of this.#remembered) {
      if (until > now && this.#remembered.size < mostRemembered) break;
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(key, what);
  }
}

/** Lengths stand before the parts, so that no two questions are alike. */
function keyOf(token: string, audiences: readonly string[]): string {
  const hash = createHash('sha256').update(`${token.length}:${token}`);
  for (const audience of audiences) hash.update(`${audience.length}:${audience}`);
  return hash.digest('base64');
}
