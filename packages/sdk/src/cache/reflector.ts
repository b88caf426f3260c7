import type { Client, WatchEvent, WatchOptions } from '../client/index.ts';
import { isExpired, type KubeObject, StatusError } from '../machinery/index.ts';
import { backoff, type Clock, isAbort, type Logger, messageOf, pacerOf, type Random } from '../runtime/index.ts';
import type { Kind } from '../schema/index.ts';
import type { InformerOptions } from './informer.ts';

/** Where a reflector puts what it learns. */
export interface ReflectorSink<O> {
  /** A full list begins: what isn't seen again before `replaced` is gone. */
  replacing(): void;
  /** The object as it is now. */
  upsert(object: O): void;
  remove(object: O): void;
  /** The full list is in, and is the state of this revision. */
  replaced(revision: string): void;
  /** Everything up to this revision has been told. */
  progress(revision: string): void;
}

export interface ReflectorDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Upstream's: the server ends a watch after five to ten minutes, so that clients spread over its replicas again. */
const watchSeconds = { least: 300, spread: 300 };
const delays = { baseMs: 800, maxMs: 30_000, jitter: 1 };
/** A watch that ends sooner without having told anything counts as failed. */
const shortestWatchMs = 1000;
const pageSize = 500;
const initialEventsEnd = 'k8s.io/initial-events-end';

/**
 * Keeps a sink equal to what the server holds of one kind: a full list once, then every change. A dropped watch goes on from
 * the last revision it told; when the server has forgotten that revision, everything is listed again. Ends with the signal.
 */
export async function reflect<O extends KubeObject, M>(
  kind: Kind<O, M>,
  options: InformerOptions,
  sink: ReflectorSink<O>,
  deps: ReflectorDeps,
  signal: AbortSignal,
): Promise<void> {
  await new Reflector(kind, options, sink, deps, signal).run();
}

class Reflector<O extends KubeObject, M> {
  readonly #kind: Kind<O, M>;
  readonly #options: InformerOptions;
  readonly #sink: ReflectorSink<O>;
  readonly #deps: ReflectorDeps;
  readonly #signal: AbortSignal;
  #revision: string | undefined;
  /** Off for servers that can't send a list as watch events. */
  #streams = true;
  #failures = 0;

  constructor(
    kind: Kind<O, M>,
    options: InformerOptions,
    sink: ReflectorSink<O>,
    deps: ReflectorDeps,
    signal: AbortSignal,
  ) {
    this.#kind = kind;
    this.#options = options;
    this.#sink = sink;
    this.#deps = deps;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { clock, log, random } = this.#deps;
    while (!this.#signal.aborted) {
      const startedAt = clock.monotonic();
      const before = this.#revision;
      try {
        if (this.#revision === undefined && !this.#streams) await this.#list();
        await this.#watch();
        const idle = this.#revision === before && clock.monotonic() - startedAt < shortestWatchMs;
        if (!idle) continue;
      } catch (err) {
        if (err instanceof HandlerError) throw err.cause;
        if (this.#signal.aborted) return;
        if (isExpired(err)) {
          log.info('the watch is too far behind, listing again', { kind: this.#kind.kind });
          this.#revision = undefined;
          if (this.#failures++ === 0) continue;
        } else if (this.#revision === undefined && this.#streams && refusesStreaming(err)) {
          this.#streams = false;
          continue;
        } else log.warn('the watch broke', { kind: this.#kind.kind, error: messageOf(err) });
      }
      const delay = backoff(this.#failures++, { ...delays, random });
      await clock.sleep(delay, this.#signal).catch(ignoreAbort);
    }
  }

  async #list(): Promise<void> {
    const { client, clock } = this.#deps;
    let from: string | undefined;
    let revision: string;
    this.#tell(() => this.#sink.replacing());
    do {
      const page = await client.list(this.#kind, {
        ...this.#options,
        limit: pageSize,
        ...(from && { continue: from }),
        signal: this.#signal,
      });
      for (const item of page.items) this.#tell(() => this.#sink.upsert(item));
      from = page.metadata.continue;
      revision = page.metadata.resourceVersion;
      if (from) await clock.yield();
    } while (from);
    this.#replaced(revision);
  }

  async #watch(): Promise<void> {
    const { client, clock, random } = this.#deps;
    let listing = this.#revision === undefined;
    if (listing) this.#tell(() => this.#sink.replacing());
    const options: WatchOptions = {
      ...this.#options,
      bookmarks: true,
      timeoutSeconds: watchSeconds.least + random.int(watchSeconds.spread),
      ...(listing
        ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' as const }
        : { resourceVersion: this.#revision! }),
      signal: this.#signal,
    };
    const pacer = pacerOf(clock);
    for await (const event of client.watch(this.#kind, options)) {
      if (listing && isInitialEnd(event)) {
        listing = false;
        this.#replaced(event.object.metadata.resourceVersion ?? '0');
      } else this.#event(event, listing);
      // Initial events come in one burst, and so do those of a busy cluster; others get their turn too.
      const turn = pacer.turn();
      if (turn) await turn;
    }
  }

  #event({ type, object }: WatchEvent<O>, listing: boolean): void {
    this.#tell(() => {
      if (type === 'DELETED') this.#sink.remove(object);
      else if (type !== 'BOOKMARK') this.#sink.upsert(object);
      const revision = object.metadata.resourceVersion;
      if (listing || !revision) return;
      this.#failures = 0;
      this.#revision = revision;
      this.#sink.progress(revision);
    });
  }

  #replaced(revision: string): void {
    this.#revision = revision;
    this.#failures = 0;
    this.#tell(() => this.#sink.replaced(revision));
  }

  /** What a handler throws is a bug in it and not a broken watch: it ends the reflector. */
  #tell(step: () => void): void {
    try {
      step();
    } catch (cause) {
      throw new HandlerError('a handler of an informer failed', { cause });
    }
  }
}

class HandlerError extends Error {}

const isInitialEnd = ({ type, object }: WatchEvent<KubeObject>) =>
  type === 'BOOKMARK' && object.metadata.annotations?.[initialEventsEnd] === 'true';

/** What a server says that may answer later, whatever it is asked. */
const mayPass = new Set([429, 502, 503, 504]);
// Servers before 1.32 answer 422 (the parameter is forbidden) or 400, an extension server over an old etcd 500.
const refusesStreaming = (err: unknown) => err instanceof StatusError && !mayPass.has(err.code);

function ignoreAbort(err: unknown): void {
  if (!isAbort(err)) throw err;
}
