import { Broadcast, type Clock, TokenBucket } from '@tiphys/sdk/runtime';
import type { Backend, Lost } from './backend.ts';
import type { AuditEvent } from './event.ts';

export interface BatchOptions {
  /** How many events may wait. */
  readonly bufferSize: number;
  readonly maxBatchSize: number;
  /** After so long a batch goes out that isn't full. */
  readonly maxWaitMs: number;
  /** Batches a second, and how many at once after a while without any. */
  readonly throttle?: { readonly qps: number; readonly burst: number };
  /** Don't wait for one batch to arrive before the next goes out. */
  readonly isAsync: boolean;
}

const plugin = 'buffered';

/** Tells of events later and many at a time; requests don't wait for it. What doesn't fit the buffer is lost. */
export class Batching implements Backend {
  readonly #backend: Backend;
  readonly #options: BatchOptions;
  readonly #clock: Clock;
  readonly #lost: Lost;
  readonly #bucket: TokenBucket | undefined;
  readonly #changed = new Broadcast();
  readonly #under = new Set<Promise<unknown>>();
  readonly #done: Promise<void>;
  #buffer: AuditEvent[] = [];
  #isClosed = false;

  constructor(backend: Backend, options: BatchOptions, { clock, lost }: { clock: Clock; lost: Lost }) {
    this.#backend = backend;
    this.#options = options;
    this.#clock = clock;
    this.#lost = lost;
    const { throttle } = options;
    this.#bucket = throttle && new TokenBucket(throttle.burst, 1000 / throttle.qps, clock.monotonic());
    this.#done = this.#run();
  }

  process(events: readonly AuditEvent[]): boolean {
    if (this.#isClosed) this.#lost(plugin, new Error('audit backend shut down'), events);
    else {
      const room = this.#options.bufferSize - this.#buffer.length;
      this.#buffer.push(...events.slice(0, room));
      if (room < events.length) this.#lost(plugin, new Error('audit buffer queue blocked'), events.slice(room));
      if (this.#buffer.length >= this.#options.maxBatchSize) this.#changed.notify();
    }
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#changed.notify();
    await this.#done;
    const closed = this.#backend.close();
    await Promise.all(this.#under);
    await closed;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed || this.#buffer.length) {
      await this.#full();
      const batch = this.#buffer.splice(0, this.#options.maxBatchSize);
      if (batch.length) await this.#send(batch);
    }
  }

  /** Resolves when a batch is full, or it is time, or nothing more comes. */
  async #full(): Promise<void> {
    const { maxBatchSize, maxWaitMs } = this.#options;
    if (this.#isClosed || this.#buffer.length >= maxBatchSize) return;
    await (maxBatchSize > 1 ? this.#changed.nextWithin(this.#clock, maxWaitMs) : this.#changed.next());
  }

  async #send(batch: readonly AuditEvent[]): Promise<void> {
    const now = () => this.#clock.monotonic();
    while (this.#bucket && !this.#bucket.take(now())) await this.#clock.sleep(this.#bucket.waitMs(now()));
    const sent = Promise.resolve(this.#backend.process(batch));
    if (!this.#options.isAsync) return void (await sent);
    this.#under.add(sent);
    void sent.finally(() => this.#under.delete(sent));
  }
}
