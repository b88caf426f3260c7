import type { Path } from '../../../../machinery/index.ts';
import type { ContainerPort } from '../container.ts';
import { containersAt } from '../containers-of.ts';
import type { PodSpec } from '../pod-spec.ts';

interface PortAt {
  readonly port: ContainerPort;
  readonly at: Path;
}

/** Ports of a pod's containers that get in each other's way: all of them share one network. */
export function* portWarnings(spec: PodSpec, at: Path): Iterable<string> {
  const ports = containersAt(spec, at).flatMap(({ container, at: here }) =>
    (container.ports ?? []).map((port, i): PortAt => ({ port, at: here.child('ports').index(i) })),
  );
  yield* clashes(ports);
  const byName = new Map<string, Path>();
  for (const { port, at: here } of ports) {
    const { name } = port;
    if (!name) continue;
    const other = byName.get(name);
    if (!other) byName.set(name, here);
    else {
      yield `${String(here)}: duplicate port name ${JSON.stringify(name)} with ${String(other)}, services and probes that select ports by name will use ${String(other)}`;
    }
  }
}

function* clashes(ports: readonly PortAt[]): Iterable<string> {
  const seen = new Map<string, PortAt[]>();
  for (const { port, at } of ports) {
    if (port.hostIP && !port.hostPort) yield `${String(at)}: hostIP set without hostPort: ${goText(port)}`;
    const key = `${port.containerPort}/${port.protocol}`;
    const others = seen.get(key) ?? [];
    for (const other of others) {
      const how = clash(port, other.port);
      if (how) yield `${String(at)}: ${how} port definition with ${String(other.at)}`;
    }
    seen.set(key, [...others, { port, at }]);
  }
}

function clash(a: ContainerPort, b: ContainerPort): string | undefined {
  const [portA, portB] = [a.hostPort ?? 0, b.hostPort ?? 0];
  const [ipA, ipB] = [a.hostIP ?? '', b.hostIP ?? ''];
  if (ipA === ipB && portA === portB) return 'duplicate';
  if (portA === 0 || portB === 0) return 'overlapping';
  return portA === portB && (ipA === '') !== (ipB === '') ? 'dangerously ambiguous' : undefined;
}

// As Go prints the struct.
const goText = ({ name = '', hostPort = 0, containerPort, protocol, hostIP = '' }: ContainerPort): string =>
  `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
