import type { Clock } from '@tiphys/sdk/runtime';
import type { CommandError, Commands } from '../commands.ts';
import { usable, usableLocally } from './endpoint-choice.ts';
import type { Family, ProxyService } from './service.ts';

/**
 * UDP has no connections that end, so the kernel keeps sending a talkative client's packets where it first sent them. Flows
 * to endpoints that a service no longer has are therefore forgotten, and the client's next packet finds another endpoint.
 */
export interface Flow {
  destination: string;
  destinationPort: string;
  /** Who answers: the endpoint, when the destination was translated. */
  answerer: string;
  answererPort: string;
}

/** Where UDP packets may go, by `address:port` of a service and by node port. */
export class UdpDestinations {
  readonly #addresses = new Map<string, Set<string>>();
  readonly #nodePorts = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return !this.#addresses.size && !this.#nodePorts.size;
  }

  /** Adds the service's UDP ports; `gone` when it has been deleted, so that its flows have nowhere to go. */
  add(service: ProxyService, { gone = false } = {}): void {
    for (const { protocol, port, nodePort, endpoints } of service.ports) {
      if (protocol !== 'udp') continue;
      const live = gone ? [] : [...usable(endpoints), ...usableLocally(endpoints)];
      const targets = live.map((e) => `${e.address}:${e.port}`);
      for (const ip of [service.clusterIP, ...service.externalIPs, ...service.loadBalancerIPs]) {
        addAll(this.#addresses, `${ip}:${port}`, targets);
      }
      if (nodePort) addAll(this.#nodePorts, String(nodePort), targets);
    }
  }

  isStale({ destination, destinationPort, answerer, answererPort }: Flow): boolean {
    const answer = `${answerer}:${answererPort}`;
    const targets = this.#addresses.get(`${destination}:${destinationPort}`);
    if (targets) return !targets.has(answer);
    // Elsewhere in the world the same port number means something else: only what was translated here is ours.
    return answerer !== destination && this.#nodePorts.get(destinationPort)?.has(answer) === false;
  }
}

function addAll(sets: Map<string, Set<string>>, key: string, values: string[]): void {
  const set = sets.get(key) ?? new Set();
  for (const value of values) set.add(value);
  sets.set(key, set);
}

/** A line of `conntrack -L`: the original direction's src, dst, sport, dport, and later those of the reply. */
const flowPattern = /\bdst=(\S+) sport=\d+ dport=(\d+) .*?\bsrc=(\S+) dst=\S+ sport=(\d+) /;

export function parseFlow(line: string): Flow | undefined {
  const [, destination, destinationPort, answerer, answererPort] = flowPattern.exec(line) ?? [];
  if (!destination || !destinationPort || !answerer || !answererPort) return undefined;
  return { destination, destinationPort, answerer, answererPort };
}

export interface ForgetDeps {
  commands: Commands;
  clock: Clock;
  family: Family;
}

/** Makes the kernel forget the stale flows; resolves to how many kinds of flow those were. */
export async function forgetStaleFlows(
  destinations: UdpDestinations,
  { commands, clock, family }: ForgetDeps,
  signal: AbortSignal,
): Promise<number> {
  const which = ['-f', family === 'ip' ? 'ipv4' : 'ipv6', '-p', 'udp'];
  const listing = await commands.run('conntrack', ['-L', ...which], { signal });
  const stale = new Map<string, Flow>();
  let lines = 0;
  for (let start = 0; start < listing.length;) {
    const end = (listing.indexOf('\n', start) + 1 || listing.length + 1) - 1;
    const flow = parseFlow(listing.slice(start, end));
    if (flow && destinations.isStale(flow)) stale.set(Object.values(flow).join(' '), flow);
    start = end + 1;
    if (++lines % linesAtOnce === 0) await clock.yield();
  }
  for (const flow of stale.values()) {
    const what = ['-d', flow.destination, '--dport', flow.destinationPort];
    const where = ['-r', flow.answerer, '--reply-port-src', flow.answererPort];
    await commands.run('conntrack', ['-D', ...which, ...what, ...where], { signal }).catch((err: CommandError) => {
      // It says so by exit code 1 when the flow ended by itself meanwhile.
      if (err.exitCode !== 1) throw err;
    });
  }
  return stale.size;
}

// The kernel may track hundreds of thousands of flows.
const linesAtOnce = 1000;
