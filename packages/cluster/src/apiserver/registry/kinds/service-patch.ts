import {
  needsClusterIp,
  needsHealthCheck,
  needsNodePorts,
  type Service,
  servicePort,
  serviceSpec,
} from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';

/** Gives back to a service what was allocated to it and the client left out (upstream's patchAllocatedValues). */
export function patchAllocated(next: Service, old: Service): void {
  if (needsClusterIp(old) && needsClusterIp(next)) {
    const clusterIP = next.spec.clusterIP || old.spec.clusterIP;
    const keeps = !next.spec.clusterIPs?.length && clusterIP === old.spec.clusterIP;
    setFields(serviceSpec, next.spec, { clusterIP, clusterIPs: keeps ? old.spec.clusterIPs : next.spec.clusterIPs });
  }
  if (needsNodePorts(old) && needsNodePorts(next)) patchNodePorts(next, old);
  if (needsHealthCheck(old) && needsHealthCheck(next) && !next.spec.healthCheckNodePort) {
    setFields(serviceSpec, next.spec, { healthCheckNodePort: old.spec.healthCheckNodePort });
  }
}

/** By the ports' names, whatever else of them has changed, and none that the client gave to another port. */
function patchNodePorts(next: Service, old: Service): void {
  const given = new Set((next.spec.ports ?? []).map((p) => p.nodePort));
  const used = new Set((old.spec.ports ?? []).map((p) => p.nodePort).filter((p) => given.has(p)));
  const byName = new Map((old.spec.ports ?? []).map((p) => [p.name, p.nodePort]));
  for (const port of next.spec.ports ?? []) {
    const nodePort = byName.get(port.name);
    if (port.nodePort || !nodePort || used.has(nodePort)) continue;
    setFields(servicePort, port, { nodePort });
  }
}

/** Makes `clusterIP` and `clusterIPs` agree, as far as the client told only one of them (upstream's normalizeClusterIPs). */
export function agreeOnAddresses(next: Service, old: Service | undefined): void {
  const { clusterIP = '', clusterIPs = [] } = next.spec;
  const become = (ips: readonly string[] | undefined) =>
    setFields(serviceSpec, next.spec, { clusterIPs: ips && [...ips] });
  if (clusterIP && !clusterIPs.length && clusterIP !== old?.spec.clusterIP) become([clusterIP]);
  if (!old) return;
  const { clusterIP: oldIP = '', clusterIPs: oldIPs = [] } = old.spec;
  if (clusterIP === oldIP) {
    if (oldIPs.length && !clusterIPs.length) become(oldIPs);
    return;
  }
  // What the client left as it was follows what it changed.
  if (equal(clusterIPs, oldIPs)) become(clusterIP ? [clusterIP] : undefined);
}
