import { SharedCache } from '../cache/index.ts';
import { type Controller, runControllers } from '../operator/index.ts';
import { type Logger, nullLogger, type Random, seededRandom } from '../runtime/index.ts';
import { FakeClient } from './fake-client.ts';
import { SimClock } from './sim-clock.ts';

export interface FakeClusterOptions {
  readonly seed?: string | number;
  readonly log?: Logger;
}

/** A fake client, a cache over it and controllers on both, all in simulated time: `await using cluster = new FakeCluster()`. */
export class FakeCluster implements AsyncDisposable {
  readonly clock = new SimClock();
  readonly random: Random;
  readonly client: FakeClient;
  readonly cache: SharedCache;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor({ seed = 1, log = nullLogger }: FakeClusterOptions = {}) {
    this.random = seededRandom(seed);
    this.#log = log;
    const { clock, random } = this;
    this.client = new FakeClient({ clock, random });
    this.cache = new SharedCache({ client: this.client, clock, random, log }, this.#stop.signal);
  }

  /** Starts controllers and lets them settle. Once a cluster. */
  async run(...controllers: Controller[]): Promise<void> {
    const { client, cache, clock, random } = this;
    this.#running = runControllers(controllers, { client, cache, clock, random, log: this.#log }, this.#stop.signal);
    await clock.settle();
  }

  /** Stops everything; throws what a controller died of, and when a timer is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.clock.settle();
    await this.#running;
    await this.cache.done();
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left running`);
  }
}
