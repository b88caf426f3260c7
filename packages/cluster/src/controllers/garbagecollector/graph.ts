import type { KubeObject, OwnerReference } from '@tiphys/sdk/machinery';
import { refersTo } from '@tiphys/sdk/operator';
import type { AnyKind } from '@tiphys/sdk/schema';

export interface GraphNode {
  readonly uid: string;
  readonly kind: AnyKind;
  /** As the cache last told it. */
  readonly object: KubeObject;
}

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

export const isDeleting = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;
/** Waits until the dependents that block it are gone. */
export const waitsForDependents = (o: KubeObject): boolean => isDeleting(o) && hasFinalizer(o, foreground);
/** Waits until its dependents no longer name it. */
export const waitsForOrphans = (o: KubeObject): boolean => isDeleting(o) && hasFinalizer(o, orphan);

const hasFinalizer = ({ metadata }: KubeObject, name: string) => metadata.finalizers?.includes(name) ?? false;

/** Who owns whom, by uid: every object that the cache knows, and the owners that are named, known or not. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** Objects that name this owner. */
  dependents(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])].map((d) => this.#nodes.get(d)!);
  }

  /** Dependents that hold a foreground deletion of this owner back. */
  blocking(uid: string): GraphNode[] {
    return this.dependents(uid).filter((d) =>
      (d.object.metadata.ownerReferences ?? []).some((r) => r.uid === uid && r.blockOwnerDeletion),
    );
  }

  /**
   * The owner that a reference of `dependent` means, if the graph has it: of that kind and name, and in the dependent's
   * namespace or in none. An owner in another namespace doesn't count.
   */
  owner(dependent: GraphNode, reference: OwnerReference): GraphNode | undefined {
    const node = this.#nodes.get(reference.uid);
    if (!node || !refersTo(node.kind, reference) || node.object.metadata.name !== reference.name) return undefined;
    const { namespace } = node.object.metadata;
    return !namespace || namespace === dependent.object.metadata.namespace ? node : undefined;
  }

  put(node: GraphNode): GraphNode | undefined {
    const old = this.#nodes.get(node.uid);
    this.#nodes.set(node.uid, node);
    const owners = new Set(ownerUids(node));
    for (const uid of old ? ownerUids(old) : []) if (!owners.has(uid)) this.#unlink(uid, node.uid);
    for (const uid of owners) {
      const dependents = this.#dependents.get(uid);
      if (dependents) dependents.add(node.uid);
      else this.#dependents.set(uid, new Set([node.uid]));
    }
    return old;
  }

  remove(uid: string): GraphNode | undefined {
    const node = this.#nodes.get(uid);
    if (!node) return undefined;
    this.#nodes.delete(uid);
    for (const owner of ownerUids(node)) this.#unlink(owner, uid);
    return node;
  }

  #unlink(owner: string, dependent: string): void {
    const dependents = this.#dependents.get(owner);
    if (dependents?.delete(dependent) && dependents.size === 0) this.#dependents.delete(owner);
  }
}

export const ownersOf = ({ object }: GraphNode): readonly OwnerReference[] => object.metadata.ownerReferences ?? [];
const ownerUids = (node: GraphNode) => ownersOf(node).map((r) => r.uid);
