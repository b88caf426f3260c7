import type { Clock } from '@tiphys/sdk/runtime';
import { freshUntil } from './freshness.ts';
import { type HttpAnswer, type HttpGet, jsonOf } from './http-get.ts';
import { isSignedBy, type Jws, parseKeySet, type ProviderKey } from './jws.ts';

export interface RemoteKeysDeps {
  readonly http: HttpGet;
  readonly clock: Clock;
  /** As long as the keys are wanted at all. */
  readonly signal: AbortSignal;
  /** Told of every set of keys that came, or that none did. */
  readonly onFetched?: (text: string | undefined) => void;
}

/** So long before they expire keys may be fetched again for the sake of a token that none of them has signed. */
const expiryDeltaMs = 30_000;

/** The keys that a provider signs with, as it tells them: kept as long as it says, and fetched again when it may have others. */
export class RemoteKeys {
  readonly #url: string;
  readonly #deps: RemoteKeysDeps;
  #keys: readonly ProviderKey[] = [];
  #expiry = 0;
  #fetching: Promise<readonly ProviderKey[]> | undefined;

  constructor(url: string, deps: RemoteKeysDeps) {
    this.#url = url;
    this.#deps = deps;
  }

  /** Throws when none of the keys has signed the token. */
  async verify(jws: Jws): Promise<void> {
    // Keys that have expired are good as long as they fit: the provider may be away.
    if (hasSigned(this.#keys, jws)) return;
    if (this.#deps.clock.now() + expiryDeltaMs > this.#expiry) {
      const keys = await (this.#fetching ??= this.#fetch()).catch((err: Error) => {
        throw new Error(`fetching keys ${err.message}`, { cause: err });
      });
      if (hasSigned(keys, jws)) return;
    }
    throw new Error('failed to verify id token signature');
  }

  /** Several who wait share one request. */
  async #fetch(): Promise<readonly ProviderKey[]> {
    const { http, signal, clock } = this.#deps;
    let text: string | undefined;
    try {
      const answer = await http.get(this.#url, signal).catch((err: Error) => {
        throw new Error(`oidc: get keys failed ${err.message}`, { cause: err });
      });
      const keys = keysOf(answer);
      text = answer.text;
      this.#keys = keys;
      this.#expiry = freshUntil(answer, clock.now());
      return keys;
    } finally {
      this.#fetching = undefined;
      if (!signal.aborted) this.#deps.onFetched?.(text);
    }
  }
}

function keysOf(answer: HttpAnswer): readonly ProviderKey[] {
  const { status, statusText, text } = answer;
  if (status !== 200) throw new Error(`oidc: get keys failed: ${statusText} ${text}`);
  try {
    return jsonOf(answer, parseKeySet);
  } catch (err) {
    throw new Error(`oidc: failed to decode keys: ${(err as Error).message} ${text}`, { cause: err });
  }
}

const hasSigned = (keys: readonly ProviderKey[], jws: Jws): boolean =>
  keys.some(({ kid, key }) => key && (!jws.kid || jws.kid === kid) && isSignedBy(key, jws));
