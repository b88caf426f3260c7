import type { Clock } from '@tiphys/sdk/runtime';
import { type CallOptions, Connection, hasRpcCode, isUnavailable, RpcError } from '../../grpc/index.ts';

export interface EtcdEndpoints {
  /** `http://host:port`, `https://host:port` or `unix:///path`, any number of one cluster. */
  readonly endpoints: readonly string[];
  /** PEM. The authorities that sign the servers' certificates; the system's when left out. */
  readonly ca?: Uint8Array;
  /** PEM. Who we are. */
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
  /** How long a member that answers is looked for; a cluster that lost its leader has another within two seconds. */
  readonly patienceMs?: number;
}

/** After this long another member may answer what this one hasn't. */
const callTimeoutMs = 5000;
/** What can't be asked again is waited for longer: etcd gives up on its own after seven seconds, if it can tell. */
const onlyCallTimeoutMs = 20_000;
const longPatienceMs = 10_000;
const pauseMs = 100;
/** The largest answer; etcd bounds what is asked, not what it answers. */
const maxMessageBytes = 2 ** 31 - 1;

/** The members of an etcd cluster. Calls go to one that answers; when it no longer does, to the next. */
export class Endpoints {
  readonly #connections: readonly Connection[];
  readonly #clock: Clock;
  readonly #patienceMs: number;
  #current = 0;

  constructor({ endpoints, ca, cert, key, patienceMs = longPatienceMs }: EtcdEndpoints, clock: Clock) {
    if (!endpoints.length) throw new Error('no etcd servers were given');
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
    this.#connections = endpoints.map((endpoint) => {
      const { protocol, host, pathname } = new URL(endpoint);
      return new Connection(protocol === 'unix:' ? `unix:${pathname}` : host, {
        clock,
        maxMessageBytes,
        // A member that the rest of its cluster has lost says so instead of waiting.
        metadata: { hasleader: 'true' },
        ...(protocol === 'https:' && { tls }),
      });
    });
  }

  get current(): Connection {
    return this.#connections[this.#current]!;
  }

  /** The member in use doesn't answer: the next one's turn. */
  next(): void {
    this.#current = (this.#current + 1) % this.#connections.length;
  }

  /**
   * Calls, and calls again elsewhere while that can do no harm: a read whatever happened to the last attempt, a write only
   * when it never got to a member that could have carried it out.
   */
  async call<T>(
    make: (connection: Connection, options: CallOptions) => Promise<T>,
    { signal, repeatable }: { signal: AbortSignal; repeatable: boolean },
  ): Promise<T> {
    const until = this.#clock.monotonic() + this.#patienceMs;
    const timeoutMs = repeatable ? callTimeoutMs : onlyCallTimeoutMs;
    for (;;) {
      try {
        return await make(this.current, { signal, timeoutMs });
      } catch (error) {
        const harmless = wasNeverCarriedOut(error) || (repeatable && isPassing(error));
        if (isPassing(error)) this.next();
        if (!harmless || this.#clock.monotonic() > until) throw error;
      }
      await this.#clock.sleep(pauseMs, signal);
    }
  }

  close(): void {
    for (const c of this.#connections) c.close();
  }
}

/** Something that another member, or the same one later, may do better at. */
export function isPassing(error: unknown): boolean {
  return isUnavailable(error) || hasRpcCode(error, 'DeadlineExceeded') || hasRpcCode(error, 'Canceled');
}

/** The member couldn't be reached at all, or refused before it asked the others. */
function wasNeverCarriedOut(error: unknown): boolean {
  if (!(error instanceof RpcError) || !isUnavailable(error)) return false;
  return /^No connection established|etcdserver: no leader|etcdserver: server stopped/.test(error.description);
}
