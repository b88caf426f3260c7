import { CacheView, type Informer, keyOf, keyOfObject } from '../cache/index.ts';
import { isConflict, isNamespaceTerminating, type KubeObject } from '../machinery/index.ts';
import { group, isAbort, type Logger, messageOf, pacerOf, type TaskGroup, WorkQueue } from '../runtime/index.ts';
import { type AnyKind, erase } from '../schema/index.ts';
import {
  type ControllerDefinition,
  type ControllerDeps,
  type ReconcileContext,
  type ReconcileResult,
  TerminalError,
} from './controller.ts';
import { EventBroadcaster } from './events/broadcaster.ts';
import { controllerOf, refersTo } from './owners.ts';
import { queueMetrics } from './queue-metrics.ts';
import { WriteLog } from './write-log.ts';

const defaultWorkers = 5;

/** Runs one controller until the signal aborts: fills its queue from the cache and works the queue off. */
export async function runController<O extends KubeObject, M>(
  definition: ControllerDefinition<O, M>,
  deps: ControllerDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock, metrics, cache } = deps;
  const view = new CacheView(cache);
  definition.setup?.(view);
  const queue = new WorkQueue({
    clock,
    ...(metrics && { observer: queueMetrics(metrics, definition.name, clock) }),
  });
  const owns = (definition.owns ?? []) as readonly AnyKind[];
  const kinds = [erase(definition.for), ...owns, ...(definition.watches ?? []).map((w) => w.kind)];
  const writes = new WriteLog(cache, kinds, deps.clock);
  const informer = cache.informer(definition.for);
  const stops = subscribe(definition, informer, view, writes, queue);
  try {
    await Promise.all(kinds.map((kind) => cache.informer(kind).synced(signal)));
    await using tasks = group(signal);
    const worker = new Worker(definition, deps, view, writes, queue, tasks);
    tasks.go((s) => worker.events.run(s));
    for (let i = 0; i < (definition.workers ?? defaultWorkers); i++) tasks.go((s) => worker.run(informer, s));
    await tasks.done();
  } catch (err) {
    if (!signal.aborted || !isAbort(err)) throw err;
  } finally {
    for (const stop of stops) stop();
    queue.close();
  }
}

function subscribe<O extends KubeObject, M>(
  { for: kind, owns = [], watches = [], predicate, batchMs = 0 }: ControllerDefinition<O, M>,
  informer: Informer<O>,
  view: CacheView,
  writes: WriteLog,
  queue: WorkQueue,
): (() => void)[] {
  const ownerKey = (object: KubeObject | undefined): string | undefined => {
    const ref = object && controllerOf(object);
    if (!ref || !refersTo(kind, ref)) return undefined;
    return keyOf(kind.scope === 'Namespaced' ? object.metadata.namespace : undefined, ref.name);
  };
  return [
    informer.on((next, old) => {
      writes.observe(next, old);
      if (!predicate || predicate(next, old)) queue.add(keyOfObject((next ?? old)!));
    }),
    ...owns.map((owned) =>
      view.informer(owned as AnyKind).on((next, old) => {
        writes.observe(next, old);
        // An object that changed hands concerns both owners.
        const [now, before] = [ownerKey(next), ownerKey(old)];
        if (now) queue.addAfter(now, batchMs);
        if (before && before !== now) queue.addAfter(before, batchMs);
      }),
    ),
    ...watches.map(({ kind: other, keys }) =>
      view.informer(other).on((next, old) => {
        writes.observe(next, old);
        for (const key of keys(next, old, view)) queue.addAfter(key, batchMs);
      }),
    ),
  ];
}

class Worker<O extends KubeObject, M> {
  readonly #definition: ControllerDefinition<O, M>;
  readonly #deps: ControllerDeps;
  readonly #view: CacheView;
  readonly #writes: WriteLog;
  readonly #queue: WorkQueue;
  readonly #tasks: TaskGroup;
  readonly #log: Logger;
  readonly events: EventBroadcaster;

  constructor(
    definition: ControllerDefinition<O, M>,
    deps: ControllerDeps,
    view: CacheView,
    writes: WriteLog,
    queue: WorkQueue,
    tasks: TaskGroup,
  ) {
    this.#definition = definition;
    this.#deps = { ...deps, random: deps.random.fork(definition.name) };
    this.#view = view;
    this.#writes = writes;
    this.#queue = queue;
    this.#tasks = tasks;
    this.#log = deps.log.child({ controller: definition.name });
    const component = definition.component ?? `${definition.name}-controller`;
    this.events = new EventBroadcaster({ ...this.#deps, component });
  }

  async run(informer: Informer<O>, signal: AbortSignal): Promise<void> {
    const pacer = pacerOf(this.#deps.clock);
    for (;;) {
      const key = await this.#queue.take(signal);
      if (key === undefined) return;
      await pacer.turn();
      const session = this.#writes.session(this.#deps.client);
      try {
        const result = await this.#reconcile(informer, {
          key,
          client: session.client,
          cache: this.#view,
          clock: this.#deps.clock,
          random: this.#deps.random,
          log: this.#log,
          events: this.events,
          signal,
        });
        this.#queue.forget(key);
        if (result?.requeueAfterMs !== undefined) this.#queue.addAfter(key, result.requeueAfterMs);
      } catch (err) {
        if (signal.aborted) return;
        this.#failed(key, err);
      }
      // The worker goes on; the key stays taken until the cache shows what was written for it.
      if (session.wrote) this.#tasks.go((s) => session.seen(s).finally(() => this.#queue.done(key)));
      else this.#queue.done(key);
    }
  }

  async #reconcile(informer: Informer<O>, context: ReconcileContext): Promise<ReconcileResult | void> {
    const slash = context.key.indexOf('/');
    const object =
      slash < 0
        ? informer.get(undefined, context.key)
        : informer.get(context.key.slice(0, slash), context.key.slice(slash + 1));
    if (object) return this.#definition.reconcile(object, context);
    await this.#definition.gone?.(context);
  }

  #failed(key: string, err: unknown): void {
    const error = messageOf(err);
    if (err instanceof TerminalError) {
      this.#log.error('reconciling failed for good', { key, error });
      this.#queue.forget(key);
      return;
    }
    // What is there goes without our help, and we are told when it has gone.
    if (isNamespaceTerminating(err)) {
      this.#log.debug('nothing can be made in a namespace that ends', { key, error });
      this.#queue.forget(key);
      return;
    }
    // A conflict means that somebody was faster, and their change is on its way to us.
    if (isConflict(err)) this.#log.debug('reconciling met a conflict', { key, error });
    else this.#log.warn('reconciling failed, trying again', { key, error });
    this.#queue.retry(key);
  }
}
