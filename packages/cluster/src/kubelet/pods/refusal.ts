import type { Pod } from '@tiphys/sdk/api';
import { milliValue, own, unitValue } from '@tiphys/sdk/machinery';
import { podTotal } from '../cgroups/index.ts';
import { allContainersOf } from '../../podspec/index.ts';

/** Why the node doesn't take a pod that was bound to it. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/**
 * Whoever binds pods may know less than the node does, or ask nobody (`spec.nodeName` in a manifest). A pod is refused for good
 * when beside the others there is no room for it: places, processor, memory and the like, and ports of the host.
 */
export function refusalOf(
  pod: Pod,
  others: readonly Pod[],
  allocatable: Readonly<Record<string, string>>,
): Refusal | undefined {
  const places = own(allocatable, 'pods');
  if (places !== undefined && others.length >= Number(places)) return outOf('pods', 1, others.length, Number(places));
  for (const name of requestedBy(pod)) {
    const capacity = own(allocatable, name);
    if (capacity === undefined) continue;
    const amount = name === 'cpu' ? milliValue : unitValue;
    const totalOf = (p: Pod) => podTotal(p, 'requests', name, amount) ?? 0;
    const requested = totalOf(pod);
    const used = others.reduce((sum, p) => sum + totalOf(p), 0);
    if (requested > 0 && requested > amount(capacity) - used) return outOf(name, requested, used, amount(capacity));
  }
  const taken = others.flatMap(hostPortsOf);
  if (!hostPortsOf(pod).some((port) => taken.some((other) => isSamePort(port, other)))) return undefined;
  return {
    reason: 'NodePorts',
    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  };
}

const first = ['cpu', 'memory', 'ephemeral-storage'];

/** In the order in which users are told. */
function requestedBy(pod: Pod): string[] {
  const names = new Set(allContainersOf(pod).flatMap((c) => Object.keys(c.resources?.requests ?? {})));
  for (const name of Object.keys(pod.spec.resources?.requests ?? {})) names.add(name);
  return [...first.filter((n) => names.has(n)), ...[...names].filter((n) => !first.includes(n)).toSorted()];
}

const outOf = (name: string, requested: number, used: number, capacity: number): Refusal => ({
  reason: `OutOf${name}`,
  message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
});

interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly ip: string;
}

const everywhere = '0.0.0.0';

const hostPortsOf = (pod: Pod): HostPort[] =>
  allContainersOf(pod)
    .flatMap((c) => c.ports ?? [])
    .filter((p) => p.hostPort)
    .map((p) => ({ port: p.hostPort!, protocol: p.protocol ?? 'TCP', ip: p.hostIP || everywhere }));

const isSamePort = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === everywhere || b.ip === everywhere);
