import type { Lease, Node, NodeCondition } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { readyOf } from './taints.ts';

/** Upstream's grace for a node that has been heard of, and for one that has just begun. */
export const graceMs = 50_000;
const startupGraceMs = 60_000;

const watched = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

interface Heard {
  uid: string;
  /** When we last saw the node's heartbeat move, by the clock that never jumps. */
  at: number;
  renewTime?: string | undefined;
  heartbeat: string | undefined;
  /** It was ready when it fell silent, and its pods haven't been told yet. */
  lost?: boolean;
}

/** When each node was last heard of. What counts is that its lease or status moves, not what its clock says. */
export class HealthBook {
  readonly #heard = new Map<string, Heard>();

  node(node: Node, monotonic: number): { heard: Heard; isNew: boolean } {
    const { name = '', uid = '' } = node.metadata;
    const ready = readyOf(node);
    const heartbeat = ready && (ready.lastHeartbeatTime ?? 'at some time');
    const known = this.#heard.get(name);
    const isNew = known?.uid !== uid;
    const heard: Heard = known && !isNew ? known : { uid, at: monotonic, heartbeat };
    if (isNew) this.#heard.set(name, heard);
    else if (heard.heartbeat !== heartbeat) Object.assign(heard, { at: monotonic, heartbeat });
    return { heard, isNew };
  }

  lease(lease: Lease, monotonic: number): void {
    const heard = this.#heard.get(lease.metadata.name!);
    if (!heard || heard.renewTime === lease.spec.renewTime) return;
    heard.renewTime = lease.spec.renewTime;
    heard.at = monotonic;
  }

  /** Forgets the node and gives the uid that it had. */
  forget(name: string): string | undefined {
    const uid = this.#heard.get(name)?.uid;
    this.#heard.delete(name);
    return uid;
  }
}

/** How long the node may stay silent. */
export const graceOf = (node: Node): number => (readyOf(node) ? graceMs : startupGraceMs);

/** The conditions of a node that has gone silent. */
export function unknownConditions(
  conditions: readonly NodeCondition[],
  createdAt: string,
  now: number,
): NodeCondition[] {
  const at = timestamp(now);
  const told = conditions.map((c): NodeCondition =>
    !watched.includes(c.type) || c.status === 'Unknown'
      ? c
      : {
          ...c,
          status: 'Unknown',
          lastTransitionTime: at,
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
        },
  );
  const missing = watched.filter((type) => !conditions.some((c) => c.type === type));
  return [
    ...told,
    ...missing.map((type) => ({
      type,
      status: 'Unknown',
      lastHeartbeatTime: createdAt,
      lastTransitionTime: at,
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    })),
  ];
}
