import { type Cidr, ipText, networkOf, parseCidr, parseIp } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import { anyOf, type Band, reservedOf } from './band.ts';
import type { Taking } from './ledger.ts';

/** As far as addresses are given out of a larger range: an IPv6 network has more than anybody needs. */
const mostAddresses = 2 ** 31;

/** The addresses of services: one range of one family. */
export class ClusterIps {
  readonly family: 'IPv4' | 'IPv6';
  readonly #text: string;
  readonly #network: Cidr;
  readonly #band: Band;
  readonly #random: Random;

  constructor(range: string, random: Random) {
    const cidr = parseCidr(range);
    if (!cidr) throw new Error(`the range of service addresses is no network: ${JSON.stringify(range)}`);
    const address = networkOf(cidr);
    const isV4 = address.family === 4;
    const bits = (isV4 ? 32 : 128) - cidr.bits;
    // Not the network itself, nor, of IPv4, the broadcast address.
    const usable = 2 ** bits - (isV4 ? 2 : 1);
    const size = Math.max(0, Math.min(usable, mostAddresses));
    this.family = isV4 ? 'IPv4' : 'IPv6';
    this.#network = { ...cidr, address };
    this.#text = `${ipText(address)}/${cidr.bits}`;
    this.#band = { first: address.value + 1n, size, reserved: reservedOf(size, 16, 256) };
    this.#random = random;
  }

  /** The range, as it is written. */
  get text(): string {
    return this.#text;
  }

  /** The address of the `kubernetes` Service. */
  get first(): string {
    return this.#show(this.#band.first);
  }

  /** Why the address can't be had, in upstream's words; nothing when it was taken. `taking` is absent for a dry run. */
  claim(text: string, taking: Taking | undefined): string | undefined {
    const ip = parseIp(text)!;
    const { first, size } = this.#band;
    if (ip.family !== this.#network.address.family || ip.value < first || ip.value >= first + BigInt(size)) {
      // Whoever only tries is told by the range itself; others by what looks for the range that an address is of.
      return taking
        ? 'the provided network does not match the current range'
        : `the provided IP (${ipText(ip)}) is not in the valid range. The range of valid IPs is ${this.#text}`;
    }
    return !taking || taking.take(claimOfIp(ipText(ip))) ? undefined : 'provided IP is already allocated';
  }

  /** A free address; undefined when there is none. A dry run is shown the network's, which nobody gets. */
  next(taking: Taking | undefined): string | undefined {
    if (!taking) return ipText(this.#network.address);
    const found = anyOf(this.#band, this.#random, (n) => taking.take(claimOfIp(this.#show(n))));
    return found === undefined ? undefined : this.#show(found);
  }

  #show(value: bigint): string {
    return ipText({ ...this.#network.address, value });
  }
}

export const claimOfIp = (ip: string): string => `ip ${ip}`;
export const ipOfClaim = (claim: string): string | undefined => (claim.startsWith('ip ') ? claim.slice(3) : undefined);
