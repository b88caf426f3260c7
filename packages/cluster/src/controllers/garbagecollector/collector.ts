import { type Client, type DeleteOptions, discover, type Patch } from '@tiphys/sdk/client';
import { isConflict, isNotFound, type KubeObject, type OwnerReference } from '@tiphys/sdk/machinery';
import { type EventRecorder, refersTo, TerminalError } from '@tiphys/sdk/operator';
import type { AnyKind } from '@tiphys/sdk/schema';
import { type GraphNode, isDeleting, type OwnerGraph, ownersOf, waitsForDependents, waitsForOrphans } from './graph.ts';

export interface CollectorDeps {
  readonly client: Client;
  readonly graph: OwnerGraph;
  readonly kinds: () => Iterable<AnyKind>;
  readonly events: EventRecorder;
  /** Looks at another object soon. */
  readonly enqueue: (uid: string) => void;
}

interface Owners {
  readonly solid: OwnerReference[];
  readonly dangling: OwnerReference[];
  /** Owners in foreground deletion, which wait for us. */
  readonly waiting: OwnerReference[];
}

/** Decides about one object at a time, upstream's rules: who has owners lives while one of them does. */
export class Collector {
  readonly #deps: CollectorDeps;

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
  }

  async collect(uid: string, signal: AbortSignal): Promise<void> {
    const { graph } = this.#deps;
    const node = graph.get(uid);
    if (!node) return;
    if (waitsForOrphans(node.object)) return this.#orphanDependents(node, signal);
    if (waitsForDependents(node.object)) return this.#awaitDependents(node, signal);
    if (isDeleting(node.object) || ownersOf(node).length === 0) return;
    const owners = await this.#classify(node, signal);
    if (owners.solid.length > 0) return this.#drop(node, [...owners.dangling, ...owners.waiting], signal);
    if (owners.waiting.length > 0 && graph.dependents(uid).length > 0) return this.#deleteInForeground(node, signal);
    await this.#delete(node, node.object.metadata.finalizers, signal);
  }

  async #classify(node: GraphNode, signal: AbortSignal): Promise<Owners> {
    const owners: Owners = { solid: [], dangling: [], waiting: [] };
    for (const reference of ownersOf(node)) {
      const owner = this.#deps.graph.owner(node, reference)?.object ?? (await this.#lookUp(node, reference, signal));
      if (!owner) owners.dangling.push(reference);
      else if (waitsForDependents(owner)) owners.waiting.push(reference);
      else owners.solid.push(reference);
    }
    return owners;
  }

  /** Asks the server for an owner that the graph doesn't have: the graph may be behind, and nothing is deleted on a guess. */
  async #lookUp(node: GraphNode, reference: OwnerReference, signal: AbortSignal): Promise<KubeObject | undefined> {
    const { client, kinds, graph, events } = this.#deps;
    const kind = [...kinds()].find((k) => refersTo(k, reference));
    // A version that nobody serves may be one that nobody serves yet: its owner isn't known to be gone.
    const other = kind && kind.apiVersion !== reference.apiVersion;
    if (!kind || (other && !(await isServed(client, reference, signal)))) {
      throw new Error(`unable to get REST mapping for ${reference.apiVersion}/${reference.kind}.`);
    }
    const { namespace } = node.object.metadata;
    const elsewhere = graph.get(reference.uid)?.object.metadata.namespace;
    if (elsewhere && elsewhere !== namespace) {
      const { apiVersion, kind: kindName, name, uid } = reference;
      const text = `[${apiVersion}/${kindName}, namespace: ${namespace ?? ''}, name: ${name}, uid: ${uid}]`;
      const message = `ownerRef ${text} does not exist in namespace "${namespace ?? ''}"`;
      events.event({ kind: node.kind, object: node.object }, 'Warning', 'OwnerRefInvalidNamespace', message);
    }
    if (kind.scope === 'Namespaced' && !namespace) {
      throw new TerminalError(`cluster-scoped object ${node.object.metadata.name} names an owner with a namespace`);
    }
    try {
      const key = { metadata: { name: reference.name, ...(kind.scope === 'Namespaced' && { namespace: namespace! }) } };
      const found = await client.get(kind, key, { signal });
      return found.metadata.uid === reference.uid ? found : undefined;
    } catch (err) {
      if (isNotFound(err)) return undefined;
      throw err;
    }
  }

  /** A foreground deletion ends when nothing blocks it; until then its dependents are seen to. */
  async #awaitDependents(node: GraphNode, signal: AbortSignal): Promise<void> {
    const { graph, enqueue } = this.#deps;
    const blocking = graph.blocking(node.uid);
    if (blocking.length === 0) return this.#removeFinalizer(node, 'foregroundDeletion', signal);
    for (const dependent of graph.dependents(node.uid)) if (!isDeleting(dependent.object)) enqueue(dependent.uid);
  }

  async #orphanDependents(node: GraphNode, signal: AbortSignal): Promise<void> {
    for (const dependent of this.#deps.graph.dependents(node.uid)) {
      const reference = ownersOf(dependent).find((r) => r.uid === node.uid);
      if (reference) await this.#drop(dependent, [reference], signal);
    }
    await this.#removeFinalizer(node, 'orphan', signal);
  }

  /** Our own dependents are to go first. Should one of them wait for its dependents already, it must not wait for us. */
  async #deleteInForeground(node: GraphNode, signal: AbortSignal): Promise<void> {
    const dependents = this.#deps.graph.dependents(node.uid);
    if (dependents.some((d) => waitsForDependents(d.object))) {
      const ownerReferences = ownersOf(node).map((r) => ({ ...r, blockOwnerDeletion: false }));
      await this.#patch(node, { ownerReferences }, signal);
    }
    await this.#delete(node, ['foregroundDeletion'], signal);
  }

  async #delete(node: GraphNode, finalizers: readonly string[] | undefined, signal: AbortSignal): Promise<void> {
    const { uid, resourceVersion } = node.object.metadata;
    const propagationPolicy: DeleteOptions['propagationPolicy'] = finalizers?.includes('orphan')
      ? 'Orphan'
      : finalizers?.includes('foregroundDeletion')
        ? 'Foreground'
        : 'Background';
    // The revision too: an object that got another owner since we looked must stay.
    const preconditions = { uid: uid!, resourceVersion: resourceVersion! };
    await this.#unlessGone(
      node,
      this.#deps.client.delete(node.kind, node.object, { propagationPolicy, preconditions, signal }),
    );
  }

  async #drop(node: GraphNode, references: readonly OwnerReference[], signal: AbortSignal): Promise<void> {
    if (references.length === 0) return;
    const gone = new Set(references.map((r) => r.uid));
    const kept = ownersOf(node).filter((r) => !gone.has(r.uid));
    await this.#patch(node, { ownerReferences: kept.length > 0 ? kept : null }, signal);
  }

  async #removeFinalizer(node: GraphNode, finalizer: string, signal: AbortSignal): Promise<void> {
    const finalizers = (node.object.metadata.finalizers ?? []).filter((f) => f !== finalizer);
    await this.#patch(node, { finalizers: finalizers.length > 0 ? finalizers : null }, signal);
  }

  /** Lists are replaced as wholes, so the patch holds for the revision that we saw only. */
  async #patch(node: GraphNode, metadata: Record<string, unknown>, signal: AbortSignal): Promise<void> {
    const { uid, resourceVersion } = node.object.metadata;
    const patch: Patch = { type: 'merge', patch: { metadata: { ...metadata, uid, resourceVersion } } };
    await this.#unlessGone(node, this.#deps.client.patch(node.kind, node.object, patch, { signal }));
  }

  /** A newer state of the object is on its way to us and brings it back into the queue; but for the case that it came already. */
  async #unlessGone(node: GraphNode, write: Promise<unknown>): Promise<void> {
    try {
      await write;
    } catch (err) {
      if (isConflict(err)) {
        if (this.#deps.graph.get(node.uid)) throw err;
      } else if (!isNotFound(err)) throw err;
    }
  }
}

async function isServed(client: Client, { apiVersion, kind }: OwnerReference, signal: AbortSignal): Promise<boolean> {
  const served = await discover(client, { signal });
  return served.some((r) => r.kind === kind && [r.group, r.version].filter(Boolean).join('/') === apiVersion);
}
