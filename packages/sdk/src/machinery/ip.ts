/** An address; `value` is its bits, 32 or 128 of them. An IPv4-mapped IPv6 address is an IPv4 address that was written oddly. */
export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** Written as `::ffff:1.2.3.4`. */
  readonly mapped: boolean;
  /** Written with zeros before a decimal number, which some read as octal. */
  readonly leadingZeros: boolean;
}

export interface Cidr {
  readonly address: Ip;
  readonly bits: number;
  readonly leadingZeros: boolean;
}

/** Reads an address as leniently as upstream reads those of older fields; undefined when it is none. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

export function parseCidr(text: string): Cidr | undefined {
  const [host = '', size, ...more] = text.split('/');
  if (size === undefined || more.length || !/^\d{1,8}$/.test(size)) return undefined;
  const address = parseIp(host);
  if (!address) return undefined;
  const written = host.includes(':') ? 128 : 32;
  const bits = Number(size);
  if (bits > written) return undefined;
  const leadingZeros = address.leadingZeros || (size.length > 1 && size.startsWith('0'));
  return { address, bits, leadingZeros };
}

/** Address without the bits beyond the prefix. */
export function networkOf({ address, bits }: Cidr): Ip {
  const size = BigInt(widthOf(address) - prefixOf({ address, bits }));
  return { ...address, value: (address.value >> size) << size };
}

const widthOf = ({ family }: Ip): 32 | 128 => (family === 4 ? 32 : 128);

/** Bits of the prefix in the address's own width: a mapped address was written with 96 more. */
const prefixOf = ({ address, bits }: { address: Ip; bits: number }): number =>
  address.mapped ? Math.max(0, bits - 96) : bits;

/** Whether one network is a smaller part of another. */
export function contains(whole: Cidr, part: Cidr): boolean {
  const [size, partSize] = [prefixOf(whole), prefixOf(part)];
  const rest = BigInt(widthOf(whole.address) - size);
  return (
    whole.address.family === part.address.family &&
    size < partSize &&
    whole.address.value >> rest === part.address.value >> rest
  );
}

export const cidrText = (cidr: Cidr): string => `${ipText(networkOf(cidr))}/${prefixOf(cidr)}`;

/** The one way to write it: RFC 5952 for IPv6. */
export function ipText({ family, value }: Ip): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (groups[end] === '0') end++;
    if (end - i > best.length) best = { start: i, length: end - i };
  }
  return best;
}

function parseV4(text: string): Ip | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((p) => /^\d+$/.test(p) && Number(p) <= 255)) return undefined;
  const value = parts.reduce((sum, p) => (sum << 8n) | BigInt(p), 0n);
  return { family: 4, value, mapped: false, leadingZeros: parts.some((p) => p.length > 1 && p.startsWith('0')) };
}

function parseV6(text: string): Ip | undefined {
  const last = text.slice(text.lastIndexOf(':') + 1);
  let leadingZeros = false;
  let plain = text;
  if (last.includes('.')) {
    const v4 = parseV4(last);
    if (!v4) return undefined;
    leadingZeros = v4.leadingZeros;
    plain = `${text.slice(0, -last.length)}${(v4.value >> 16n).toString(16)}:${(v4.value & 0xffffn).toString(16)}`;
  }
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((h) => (h ? h.split(':') : [])) as [string[], string[] | undefined];
  const groups = head.length + (tail?.length ?? 0);
  if (tail ? groups > 7 : groups !== 8) return undefined;
  const all = [...head, ...Array.from({ length: tail ? 8 - groups : 0 }, () => '0'), ...(tail ?? [])];
  if (!all.every((g) => /^[0-9a-fA-F]{1,4}$/.test(g))) return undefined;
  const value = all.reduce((sum, g) => (sum << 16n) | BigInt(`0x${g}`), 0n);
  if (value >> 32n === 0xffffn) return { family: 4, value: value & 0xffffffffn, mapped: true, leadingZeros };
  return { family: 6, value, mapped: false, leadingZeros };
}
