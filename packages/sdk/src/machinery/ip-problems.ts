import { cidrText, type Ip, ipText, networkOf, parseCidr, parseIp } from './ip.ts';
import type { Problems } from './names.ts';

/**
 * Addresses and networks in fields that once took more than they do now: IPv4 with leading zeros, or written as IPv6, is an address
 * too, though no new field value may look so.
 */

const noAddress = ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
const noNetwork = ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];

export function ipProblems(text: string): Problems {
  if (isPlainIPv4(text)) return [];
  const ip = parseIp(text);
  if (!ip) return noAddress;
  if (ip.leadingZeros) return ['must not have leading 0s'];
  return ip.mapped ? ['must not be an IPv4-mapped IPv6 address'] : [];
}

/** As nearly all addresses are written: there is nothing to say of such a one, and so no need to read it. */
const isPlainIPv4 = (text: string): boolean => plainIPv4.test(text);

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const plainIPv4 = new RegExp(`^${byte}(?:\\.${byte}){3}$`);

export function cidrProblems(text: string): Problems {
  const cidr = parseCidr(text);
  if (!cidr) return noNetwork;
  if (cidr.leadingZeros) return ['must not have leading 0s in IP or prefix length'];
  return [
    ...(cidr.address.mapped ? ['must not have an IPv4-mapped IPv6 address'] : []),
    ...(hasHostBits(cidr) ? ['must not have bits set beyond the prefix length'] : []),
  ];
}

/** However an address or a network is written. */
export const looseIpProblems = (text: string): Problems => (parseIp(text) ? [] : noAddress);
export const looseCidrProblems = (text: string): Problems => (parseCidr(text) ? [] : noNetwork);

/** Fields that are new enough to take an address in one form only. */
export function canonicalIpProblems(text: string): Problems {
  const problems = ipProblems(text);
  if (problems.length) return problems;
  const canonical = canonicalIp(text)!;
  return text === canonical ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

export function canonicalCidrProblems(text: string): Problems {
  const problems = cidrProblems(text);
  if (problems.length) return problems;
  const canonical = cidrText(parseCidr(text)!);
  return text === canonical ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

/** What is wrong with an address as one that packets are sent to from elsewhere. */
export function endpointIpProblems(text: string): Problems {
  const ip = parseIp(text);
  if (!ip) return ['must be a valid IP address'];
  const special: [boolean, string][] = [
    [ip.value === 0n, `may not be unspecified (${text})`],
    [within(ip, '127.0.0.0/8') || within(ip, '::1/128'), 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    [
      within(ip, '169.254.0.0/16') || within(ip, 'fe80::/10'),
      'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ],
    [
      within(ip, '224.0.0.0/24') || isLinkLocalMulticast(ip),
      'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    ],
  ];
  return special.flatMap(([holds, problem]) => (holds ? [problem] : []));
}

/** What an address that is told about rather than refused should look like. */
export function ipWarning(text: string): string | undefined {
  if (isPlainIPv4(text)) return undefined;
  const ip = parseIp(text);
  if (!ip || ipText(ip) === text) return undefined;
  const canonical = JSON.stringify(ipText(ip));
  return ip.leadingZeros || ip.mapped
    ? `non-standard IP address ${JSON.stringify(text)} is invalid: use ${canonical}`
    : `IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format (${canonical})`;
}

export function cidrWarnings(text: string): string[] {
  const cidr = parseCidr(text);
  if (!cidr) return [];
  const { address, bits, leadingZeros } = cidr;
  const [shown, network] = [JSON.stringify(text), JSON.stringify(cidrText(cidr))];
  const warnings: string[] = [];
  if (hasHostBits(cidr)) {
    const single = JSON.stringify(`${ipText(address)}/${address.family === 4 ? 32 : 128}`);
    warnings.push(`CIDR value ${shown} is ambiguous in this context (should be ${network} or ${single}?)`);
  }
  if (leadingZeros || address.mapped) {
    warnings.push(`non-standard CIDR value ${shown} is invalid: use ${network}`);
  } else if (!warnings.length && address.family === 6 && `${ipText(address)}/${bits}` !== text) {
    warnings.push(`IPv6 CIDR value ${shown} should be in RFC 5952 canonical format (${network})`);
  }
  return warnings;
}

export function ipFamily(text: string): 'IPv4' | 'IPv6' | undefined {
  const ip = parseIp(text);
  return ip && (ip.family === 4 ? 'IPv4' : 'IPv6');
}

/** The one way to write an address; undefined for what is none. */
export function canonicalIp(text: string): string | undefined {
  const ip = parseIp(text);
  return ip && ipText(ip);
}

const hasHostBits = (cidr: { address: Ip; bits: number; leadingZeros: boolean }): boolean =>
  networkOf(cidr).value !== cidr.address.value;

function within(ip: Ip, network: string): boolean {
  const { address, bits } = parseCidr(network)!;
  const shift = BigInt((address.family === 4 ? 32 : 128) - bits);
  return ip.family === address.family && ip.value >> shift === address.value >> shift;
}

/** Any flags, link-local scope. */
const isLinkLocalMulticast = ({ family, value }: Ip): boolean =>
  family === 6 && value >> 120n === 0xffn && ((value >> 112n) & 0xfn) === 2n;
