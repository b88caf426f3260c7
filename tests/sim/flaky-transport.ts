import type { ApiRequest, ApiResponse, Transport } from '@tiphys/sdk/client';
import type { Random } from '@tiphys/sdk/runtime';

/**
 * A transport like one over a bad network: watches break when told to, and a share of the other requests fails, half of those
 * before they reach the server and half after, when the caller can't know that what it asked for was done.
 */
export class FlakyTransport implements Transport {
  /** The share of requests that fail. */
  failing = 0;
  readonly #inner: Transport;
  readonly #random: Random;
  #watches = new AbortController();

  constructor(inner: Transport, random: Random) {
    this.#inner = inner;
    this.#random = random;
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    if (/[?&]watch=/.test(request.path)) {
      const signals = [this.#watches.signal, ...(request.signal ? [request.signal] : [])];
      return this.#inner.send({ ...request, signal: AbortSignal.any(signals) });
    }
    const fails = this.#random.next() < this.failing;
    const reaches = !fails || this.#random.int(2) === 0;
    if (!reaches) throw new Error('connection refused');
    const answer = await this.#inner.send(request);
    if (fails) throw new Error('connection reset by peer');
    return answer;
  }

  dropWatches(): void {
    this.#watches.abort(new Error('connection reset by peer'));
    this.#watches = new AbortController();
  }

  close(): void {
    this.#inner.close();
  }
}
