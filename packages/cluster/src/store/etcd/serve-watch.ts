import { Broadcast, type Clock, group } from '@tiphys/sdk/runtime';
import type { In, Out, RpcHandlers } from '../../grpc/index.ts';
import type { StoreBackend, StoreEvent } from '../backend.ts';
import { Compacted } from '../errors.ts';
import type { ResponseHeader } from './header.ts';
import { KeyRange } from './key-range.ts';
import type { watchCreateRequest, watchRequest, watchResponse, watchService } from './messages.ts';
import { Outbox } from './outbox.ts';
import { keyValueOf } from './serve-kv.ts';

type Create = Out<typeof watchCreateRequest>;
type Response = In<typeof watchResponse>;

/** How often a watcher that asks for it hears of the revision, as etcd has it. */
const progressEveryMs = 600_000;
/** etcd's number for an answer that concerns all watchers of a stream. */
const allWatchers = -1;

/** etcd's Watch service over a store: any number of watchers on one stream. */
export function serveWatch(
  store: StoreBackend,
  { clock, header }: { clock: Clock; header: ResponseHeader },
): RpcHandlers<typeof watchService> {
  return {
    async *watch(requests, signal) {
      const stream = new WatchStream(store, { clock, header });
      // It ends with the requests, and tells the reader of the answers what went wrong.
      void stream.read(requests, signal);
      try {
        yield* stream.responses;
      } finally {
        stream.responses.close();
      }
    },
  };
}

interface Watcher {
  readonly stop: AbortController;
  /** Everything up to this revision has been sent. */
  told: number;
}

interface Following {
  readonly request: Create;
  readonly range: KeyRange;
  readonly watchId: number;
  readonly fromRevision: number;
  readonly signal: AbortSignal;
}

type Start = (task: (signal: AbortSignal) => Promise<void>) => void;

class WatchStream {
  readonly responses = new Outbox<Response>();
  readonly #store: StoreBackend;
  readonly #clock: Clock;
  readonly #header: ResponseHeader;
  readonly #watchers = new Map<number, Watcher>();
  readonly #progressed = new Broadcast();
  #nextId = 0;

  constructor(store: StoreBackend, { clock, header }: { clock: Clock; header: ResponseHeader }) {
    this.#store = store;
    this.#clock = clock;
    this.#header = header;
  }

  /** Does what the requests ask until they end. */
  async read(requests: AsyncIterable<Out<typeof watchRequest>>, signal: AbortSignal): Promise<void> {
    try {
      await using tasks = group(signal);
      const start: Start = (task) => tasks.go((s) => task(s).catch((error: unknown) => this.#fail(error, s)));
      for await (const { createRequest, cancelRequest, progressRequest } of requests) {
        if (createRequest) await this.#create(createRequest, start);
        else if (cancelRequest) await this.#cancel(cancelRequest.watchId);
        else if (progressRequest) start((s) => this.#progress(s));
      }
      this.responses.close();
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) this.responses.close();
    else this.responses.fail(error);
  }

  async #create(request: Create, start: Start): Promise<void> {
    const revision = await this.#store.currentRevision();
    const watchId = this.#newId(request.watchId);
    const range = new KeyRange(request.key, request.rangeEnd);
    const watcher = { stop: new AbortController(), told: 0 };
    this.#watchers.set(watchId, watcher);
    await this.responses.send({ header: this.#header(revision), watchId, created: true });
    const fromRevision = request.startRevision || revision + 1;
    start((signal) => this.#follow({ request, range, watchId, fromRevision, signal }, watcher));
    if (request.progressNotify) start((signal) => this.#remind(watchId, watcher, signal));
  }

  async #follow({ request, range, watchId, fromRevision, ...o }: Following, watcher: Watcher): Promise<void> {
    const signal = AbortSignal.any([o.signal, watcher.stop.signal]);
    try {
      for await (const batch of this.#store.watch(range.prefix, { fromRevision, signal })) {
        const events = batch.events
          .filter((e) => range.has(e.key) && !isFiltered(request, e))
          .map(eventOf(request, batch.revision));
        if (events.length) await this.responses.send({ header: this.#header(batch.revision), watchId, events });
        watcher.told = batch.revision;
        this.#progressed.notify();
      }
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      this.#watchers.delete(watchId);
      const header = this.#header(this.#store.revision);
      await this.responses.send({ header, watchId, canceled: true, compactRevision: error.compactedRevision });
    }
  }

  async #remind(watchId: number, watcher: Watcher, stream: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stream, watcher.stop.signal]);
    while (!signal.aborted) {
      await this.#clock.sleep(progressEveryMs, signal).catch(() => {});
      if (!signal.aborted) await this.responses.send({ header: this.#header(watcher.told), watchId });
    }
  }

  async #cancel(watchId: number): Promise<void> {
    this.#watchers.get(watchId)?.stop.abort();
    if (!this.#watchers.delete(watchId)) return;
    await this.responses.send({ header: this.#header(this.#store.revision), watchId, canceled: true });
  }

  /** Says how far all watchers are, once they are as far as the store was when it was asked. */
  async #progress(signal: AbortSignal): Promise<void> {
    const revision = await this.#store.currentRevision();
    const behind = () => [...this.#watchers.values()].some((w) => w.told < revision);
    while (behind() && !signal.aborted) await this.#progressed.next(signal);
    await this.responses.send({ header: this.#header(revision), watchId: allWatchers });
  }

  #newId(asked: number): number {
    if (asked) return asked;
    while (this.#watchers.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }
}

function isFiltered({ filters }: Create, { type }: StoreEvent): boolean {
  return filters.includes(type === 'put' ? 'NOPUT' : 'NODELETE');
}

const eventOf =
  ({ prevKv }: Create, revision: number) =>
  ({ type, key, item, prev }: StoreEvent) => ({
    type: type === 'put' ? ('PUT' as const) : ('DELETE' as const),
    kv: item ? keyValueOf(item) : { key: Buffer.from(key), modRevision: revision },
    ...(prevKv && prev && { prevKv: keyValueOf(prev) }),
  });
