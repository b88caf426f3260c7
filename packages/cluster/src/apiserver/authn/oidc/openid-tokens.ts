import type { AuthenticationConfiguration } from '../config/authentication-configuration.ts';
import { aggregate, ownOf, type TokenAuthenticator } from '../known.ts';
import { type JwtDeps, OidcAuthenticator } from './jwt-authenticator.ts';

export interface OpenIdDeps extends JwtDeps {
  /** Whom the server's tokens are for: those of providers are for it whatever they say. */
  readonly audiences: readonly string[];
}

interface Generation {
  readonly authenticators: readonly OidcAuthenticator[];
  readonly stop: AbortController;
}

/** Until a new configuration is refused for providers that don't answer. */
const readyWithinMs = 60_000;
const lookAgainMs = 10_000;
/** So long requests may go on that began under an old configuration; and so long what they count. */
const lastRequestsMs = 60_000;
const lastCountsMs = 30_000;

/** Tokens of OpenID providers, by a configuration that may be replaced by another. */
export class OpenIdTokens {
  readonly #deps: OpenIdDeps;
  readonly #signal: AbortSignal;
  #current: Generation;

  /** Throws for a configuration that makes no sense; goes on until the signal aborts. */
  constructor(configuration: AuthenticationConfiguration, deps: OpenIdDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
    this.#current = this.#generation(configuration);
  }

  readonly knows: TokenAuthenticator = (token, wanted) => {
    const audiences = ownOf(wanted, this.#deps.audiences);
    if (!audiences.length) return undefined;
    // Each has an issuer of its own, so one at most has a say.
    for (const { knows } of this.#current.authenticators) {
      const known = knows(token, audiences);
      if (known) return known;
    }
    return undefined;
  };

  /** Takes the place of the configuration before it, once all providers have answered. Throws when they don't. */
  async replace(configuration: AuthenticationConfiguration): Promise<void> {
    const { clock } = this.#deps;
    const next = this.#generation(configuration);
    const until = clock.monotonic() + readyWithinMs;
    for (let problem = await this.#settled(next); problem; problem = problemOf(next)) {
      if (this.#signal.aborted || clock.monotonic() >= until) {
        next.stop.abort();
        throw new Error(aggregate([problem, 'context deadline exceeded']));
      }
      await clock.sleep(lookAgainMs, this.#signal).catch(() => {});
    }
    const before = this.#current;
    this.#current = next;
    void this.#retire(before);
  }

  /** Providers answer soon: so soon that nobody has to look again. */
  async #settled(generation: Generation): Promise<string | undefined> {
    await Promise.race([
      Promise.all(generation.authenticators.map((a) => a.tried)),
      this.#deps.clock.sleep(lookAgainMs, this.#signal).catch(() => {}),
    ]);
    return problemOf(generation);
  }

  #generation({ jwt }: AuthenticationConfiguration): Generation {
    const stop = new AbortController();
    if (this.#signal.aborted) stop.abort();
    else this.#signal.addEventListener('abort', () => stop.abort(), { once: true, signal: stop.signal });
    try {
      return { authenticators: jwt.map((one) => new OidcAuthenticator(one, this.#deps, stop.signal)), stop };
    } catch (err) {
      stop.abort();
      throw err;
    }
  }

  async #retire({ authenticators, stop }: Generation): Promise<void> {
    const { clock, metrics } = this.#deps;
    try {
      await clock.sleep(lastRequestsMs, this.#signal);
      stop.abort();
      await clock.sleep(lastCountsMs, this.#signal);
    } catch {
      // The server ends, and with it everything that is counted.
      return stop.abort();
    }
    const still = new Set(this.#current.authenticators.map(({ issuer }) => issuer));
    for (const { issuer } of authenticators) if (!still.has(issuer)) metrics.forget(issuer);
  }
}

function problemOf({ authenticators }: Generation): string | undefined {
  const problems = authenticators.flatMap(({ problem }) => (problem ? [problem] : []));
  return problems.length ? aggregate(problems) : undefined;
}
