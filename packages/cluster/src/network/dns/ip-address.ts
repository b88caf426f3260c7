import { isIPv4, isIPv6 } from 'node:net';

/** The bytes of an address: 4 or 16. */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number);
  if (!isIPv6(address)) throw new Error(`not an IP address: ${address}`);
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => 0), ...right];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** `1:2`, where the last may be written as IPv4. */
function groupsOf(text: string): number[] {
  if (!text) return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = addressBytes(part);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** The one way to write an address, so that two spellings are one key. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  // The longest run of at least two zeros is written `::`, the first of several (RFC 5952).
  let run = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    const length = [...groups.slice(start), 1].findIndex((group) => group !== 0);
    if (length > run.length) run = { start, length };
  }
  return run.length < 2 ? hex(0, 8) : `${hex(0, run.start)}::${hex(run.start + run.length, 8)}`;
}

export const canonicalAddress = (address: string): string => addressText(addressBytes(address));

/** The address that a name under `in-addr.arpa` or `ip6.arpa` is about. */
export function addressOfReverseName(name: string): string | undefined {
  const four = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1];
  if (four !== undefined) {
    const address = four.split('.').slice(0, 4).toReversed().join('.');
    return isIPv4(address) ? address : undefined;
  }
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1];
  if (six === undefined) return undefined;
  const digits = six.split('.').slice(0, 32).toReversed().join('');
  return addressText(Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)));
}

/** An address as it stands in a name: `10-244-0-5`, `fd00--5`. */
export const dashed = (address: string): string => address.replaceAll(/[.:]/g, '-');

/** The address of a dashed label. */
export function undashed(label: string): string | undefined {
  const four = label.replaceAll('-', '.');
  if (isIPv4(four)) return four;
  const six = label.replaceAll('-', ':');
  return isIPv6(six) ? six : undefined;
}
