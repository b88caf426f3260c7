import type { Path } from '../../../../machinery/index.ts';
import type { ContainerPort } from '../container.ts';
import { allContainers, type Placed, placeOf } from '../containers-of.ts';
import type { PodSpec } from '../pod-spec.ts';

interface PortAt {
  readonly port: ContainerPort;
  readonly container: Placed;
  readonly index: number;
}

const placeOfPort = ({ container, index }: PortAt, spec: Path): string =>
  String(placeOf(container, spec).child('ports').index(index));

/** Ports of a pod's containers that get in each other's way: all of them share one network. */
export function portWarnings(texts: string[], spec: PodSpec, at: Path): void {
  if (!mayClash(spec)) return;
  const ports: PortAt[] = [];
  for (const container of allContainers(spec)) {
    container.container.ports?.forEach((port, index) => ports.push({ port, container, index }));
  }
  clashes(texts, ports, at);
  const byName = new Map<string, PortAt>();
  for (const here of ports) {
    const { name } = here.port;
    if (!name) continue;
    const other = byName.get(name);
    if (!other) byName.set(name, here);
    else {
      const first = placeOfPort(other, at);
      texts.push(
        `${placeOfPort(here, at)}: duplicate port name ${JSON.stringify(name)} with ${first}, services and probes that select ports by name will use ${first}`,
      );
    }
  }
}

/** One by itself has nobody in its way. */
function mayClash({ initContainers, containers, ephemeralContainers }: PodSpec): boolean {
  let count = 0;
  for (const list of [initContainers, containers, ephemeralContainers]) {
    for (const { ports } of list ?? []) {
      if (!ports?.length) continue;
      count += ports.length;
      if (count > 1 || ports[0]!.hostIP) return true;
    }
  }
  return false;
}

function clashes(texts: string[], ports: readonly PortAt[], at: Path): void {
  const seen = new Map<string, PortAt[]>();
  for (const here of ports) {
    const { port } = here;
    if (port.hostIP && !port.hostPort) {
      texts.push(`${placeOfPort(here, at)}: hostIP set without hostPort: ${goText(port)}`);
    }
    const key = `${port.containerPort}/${port.protocol}`;
    const others = seen.get(key);
    if (!others) {
      seen.set(key, [here]);
      continue;
    }
    for (const other of others) {
      const how = clash(port, other.port);
      if (how) texts.push(`${placeOfPort(here, at)}: ${how} port definition with ${placeOfPort(other, at)}`);
    }
    others.push(here);
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
