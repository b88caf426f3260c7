import { compareQuantity, formatQuantity, own, parseQuantity } from '@tiphys/sdk/machinery';
import type { MachineFacts } from './machine.ts';

export type Resources = Record<string, string>;

/** Upstream's hard eviction threshold on memory is kept from pods. */
const evictionMemory = '100Mi';
/** And the tenth of the disk that the node needs to breathe. */
const diskForPods = 0.9;

export function capacityOf({ cpus, memoryBytes, diskBytes, hugepages }: MachineFacts, maxPods: number): Resources {
  const pages = Object.fromEntries(Object.entries(hugepages).map(([name, bytes]) => [name, String(bytes)]));
  return {
    cpu: String(cpus),
    'ephemeral-storage': `${Math.floor(diskBytes / 1024)}Ki`,
    ...pages,
    memory: `${Math.floor(memoryBytes / 1024)}Ki`,
    pods: String(maxPods),
  };
}

/** What pods may have of it. */
export function allocatableOf(capacity: Resources, reserved: Readonly<Resources>): Resources {
  const out: Resources = {};
  for (const [name, quantity] of Object.entries(capacity)) {
    let left = quantity;
    if (name === 'memory') left = minus(left, evictionMemory);
    if (name === 'ephemeral-storage')
      left = String(Math.floor(Number(parseQuantity(left).nano / 1_000_000_000n) * diskForPods));
    const kept = own(reserved, name);
    out[name] = kept === undefined ? left : minus(left, kept);
  }
  return out;
}

function minus(a: string, b: string): string {
  if (compareQuantity(a, b) <= 0) return '0';
  const { nano, format } = parseQuantity(a);
  return formatQuantity({ nano: nano - parseQuantity(b).nano, format });
}
