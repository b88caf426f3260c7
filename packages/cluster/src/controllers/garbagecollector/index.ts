import type { Informer } from '@tiphys/sdk/cache';
import type { KubeObject, OwnerReference } from '@tiphys/sdk/machinery';
import { type Controller, type ControllerDeps, EventBroadcaster, TerminalError } from '@tiphys/sdk/operator';
import { type Clock, group, isAbort, within, WorkQueue } from '@tiphys/sdk/runtime';
import type { AnyKind } from '@tiphys/sdk/schema';
import { followKinds } from '../kinds.ts';
import { Collector } from './collector.ts';
import { type GraphNode, isDeleting, OwnerGraph, ownersOf, waitsForDependents, waitsForOrphans } from './graph.ts';

const workers = 20;

/** Deletes what has lost its owners, and sees foreground and orphaning deletions through. */
export const garbageCollector: Controller = {
  name: 'garbage-collector',

  async run(deps: ControllerDeps, signal: AbortSignal): Promise<void> {
    try {
      await collectGarbage(deps, signal);
    } catch (err) {
      if (!signal.aborted || !isAbort(err)) throw err;
    }
  },
};

async function collectGarbage(deps: ControllerDeps, signal: AbortSignal): Promise<void> {
  const { client, cache, clock } = deps;
  const log = deps.log.child({ controller: 'garbage-collector' });
  const graph = new OwnerGraph();
  const queue = new WorkQueue({ clock });
  const random = deps.random.fork('garbage-collector');
  const events = new EventBroadcaster({ client, clock, random, log, component: 'garbage-collector-controller' });
  const enqueue = (uid: string) => queue.add(uid);
  const collected = new Map<AnyKind, Collected>();
  const collector = new Collector({ client, graph, kinds: () => collected.keys(), events, enqueue });
  const look = (kinds: readonly AnyKind[]) => {
    for (const [kind, { informer, stop }] of collected) {
      if (kinds.includes(kind)) continue;
      stop();
      collected.delete(kind);
      for (const object of informer.list()) observe(graph, kind, undefined, object, enqueue);
    }
    for (const kind of kinds) {
      if (collected.has(kind)) continue;
      const informer = cache.informer(kind);
      const stop = informer.on((next, old) => observe(graph, kind, next, old, enqueue));
      collected.set(kind, { informer, stop });
    }
  };
  try {
    await using tasks = group(signal);
    tasks.go((s) => events.run(s));
    await new Promise<void>((resolve) => {
      tasks.go((s) =>
        followKinds(deps, s, (kinds) => {
          look(kinds);
          resolve();
        }).finally(resolve),
      );
    });
    await allSynced([...collected.values()], clock, tasks.signal);
    for (let i = 0; i < workers; i++) tasks.go((s) => work(s));
    await tasks.done();
  } finally {
    for (const { stop } of collected.values()) stop();
    queue.close();
  }

  async function work(s: AbortSignal): Promise<void> {
    for (let uid = await queue.take(s); uid !== undefined; uid = await queue.take(s)) {
      try {
        await collector.collect(uid, s);
        queue.forget(uid);
      } catch (err) {
        if (s.aborted) return;
        const final = err instanceof TerminalError;
        log.debug('an object could not be collected', { uid, error: String(err), tryAgain: !final });
        if (final) queue.forget(uid);
        else queue.retry(uid);
      }
      queue.done(uid);
    }
  }
}

/** So long at most nothing is deleted for want of knowing all: somebody behind the server may not answer for days. */
const patienceMs = 30_000;

async function allSynced(kinds: readonly Collected[], clock: Clock, signal: AbortSignal): Promise<void> {
  const synced = (s: AbortSignal) => Promise.all(kinds.map(({ informer }) => informer.synced(s)));
  try {
    await within(clock, patienceMs, synced, signal);
  } catch (err) {
    if (signal.aborted || !isTimeout(err)) throw err;
  }
}

const isTimeout = (err: unknown): boolean => err instanceof DOMException && err.name === 'TimeoutError';

/** What is heard of one kind. */
interface Collected {
  readonly informer: Informer<KubeObject>;
  readonly stop: () => void;
}

/** Notes a change in the graph and calls for the objects that it may have consequences for. */
export function observe(
  graph: OwnerGraph,
  kind: AnyKind,
  next: KubeObject | undefined,
  old: KubeObject | undefined,
  enqueue: (uid: string) => void,
): void {
  if (!next) {
    const gone = graph.remove(old!.metadata.uid!);
    if (!gone) return;
    for (const dependent of graph.dependents(gone.uid)) enqueue(dependent.uid);
    enqueueWaitingOwners(graph, gone, enqueue);
    return;
  }
  const node: GraphNode = { uid: next.metadata.uid!, kind, object: next };
  const before = graph.put(node);
  if (isDeleting(next)) {
    const starts = !before || !isDeleting(before.object);
    if (waitsForDependents(next) || waitsForOrphans(next)) {
      enqueue(node.uid);
      if (starts) for (const dependent of graph.dependents(node.uid)) enqueue(dependent.uid);
    }
  } else if (ownersOf(node).some((r) => needsLook(graph, node, r))) {
    enqueue(node.uid);
  }
  // A reference that was dropped, or blocks no longer, may have been the last that an owner waited for.
  if (before) enqueueWaitingOwners(graph, before, enqueue);
}

/** An owner that isn't known, or one that waits for its dependents to go. */
function needsLook(graph: OwnerGraph, node: GraphNode, reference: OwnerReference): boolean {
  const owner = graph.owner(node, reference);
  return !owner || waitsForDependents(owner.object);
}

function enqueueWaitingOwners(graph: OwnerGraph, node: GraphNode, enqueue: (uid: string) => void): void {
  for (const { uid } of ownersOf(node)) {
    const owner = graph.get(uid);
    if (owner && waitsForDependents(owner.object)) enqueue(uid);
  }
}
