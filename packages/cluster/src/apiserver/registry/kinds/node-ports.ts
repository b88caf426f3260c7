import type { Random } from '@tiphys/sdk/runtime';
import { anyOf, type Band, reservedOf } from './band.ts';
import type { Taking } from './ledger.ts';

/** Ports from the first to the last, both among them. */
export interface PortRange {
  readonly lowest: number;
  readonly highest: number;
}

/** What services get node ports from, unless told. */
export const standardNodePorts: PortRange = { lowest: 30_000, highest: 32_767 };

export const claimOfPort = (port: number): string => `port ${port}`;

const allocated = 'provided port is already allocated';

/** Ports of every node, as one write asks for them. */
export interface NodePorts {
  /** Why the port can't be had, in upstream's words; nothing when it was taken. */
  claim(port: number): string | undefined;
  next(): number | undefined;
}

export function nodePorts(
  taking: Taking,
  { random, range: { lowest, highest } }: { random: Random; range: PortRange },
): NodePorts {
  const size = highest - lowest + 1;
  const band: Band = { first: BigInt(lowest), size, reserved: reservedOf(size, 32, 128) };
  return {
    claim(port) {
      if (port < lowest || port > highest) {
        return `provided port is not in the valid range. The range of valid ports is ${lowest}-${highest}`;
      }
      return taking.take(claimOfPort(port)) ? undefined : allocated;
    },
    next() {
      const found = anyOf(band, random, (n) => taking.take(claimOfPort(Number(n))));
      return found === undefined ? undefined : Number(found);
    },
  };
}

/** A dry run takes nothing and is shown ports that nobody gets: those above the range. */
export function dryNodePorts(isFree: (claim: string) => boolean, { highest }: PortRange): NodePorts {
  const shown: number[] = [];
  return {
    claim(port) {
      if (!isFree(claimOfPort(port)) || shown.includes(port)) return allocated;
      shown.push(port);
      return undefined;
    },
    next() {
      const port = Math.max(...(shown.length ? shown : [highest + 1])) + 1;
      shown.push(port);
      return port;
    },
  };
}
