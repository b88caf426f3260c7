import { quoted, type Ip, ipText, isWithin, parseNetipAddress, parseNetipPrefix } from '../../../machinery/index.ts';
import type { Library } from '../../env.ts';
import { types } from '../../types.ts';
import { EvalError, OpaqueValue, type Value } from '../../values.ts';
import { costing, fn, member, overload, reading } from '../functions.ts';
import type { Sized } from '../sizes.ts';

export const ipType = types.opaque('net.IP');

export class IpValue extends OpaqueValue implements Sized {
  override readonly type = ipType;
  readonly address: Ip;

  constructor(address: Ip) {
    super();
    this.address = address;
  }

  /** In bytes. */
  get size(): number {
    return this.address.family === 4 ? 4 : 16;
  }

  equals(other: Value): boolean | EvalError {
    if (!(other instanceof IpValue)) return new EvalError('no such overload');
    return this.address.family === other.address.family && this.address.value === other.address.value;
  }

  override toString(): string {
    return ipText(this.address);
  }
}

/** Throws what is wrong with it. */
function strictAddress(text: string): Ip {
  let address;
  try {
    address = parseNetipAddress(text);
  } catch (err) {
    throw new Error(`IP Address ${quoted(text)} parse error during conversion from string: ${(err as Error).message}`, {
      cause: err,
    });
  }
  if (address.zone) throw new Error(`IP address ${quoted(text)} with zone value is not allowed`);
  if (address.mapped) throw new Error(`IPv4-mapped IPv6 address ${quoted(text)} is not allowed`);
  return address;
}

export function readIp(text: string): IpValue | EvalError {
  try {
    return new IpValue(strictAddress(text));
  } catch (err) {
    return new EvalError((err as Error).message);
  }
}

function isCanonical(text: string): boolean | EvalError {
  const ip = readIp(text);
  return ip instanceof EvalError ? ip : ip.toString() === text;
}

const within = (...networks: readonly string[]) => {
  const all = networks.map(parseNetipPrefix);
  return (ip: Ip): boolean => all.some((network) => isWithin(ip, network));
};

const isUnspecified = within('0.0.0.0/32', '::/128');
const isLoopback = within('127.0.0.0/8', '::1/128');
const isMulticast = within('224.0.0.0/4', 'ff00::/8');
const isLinkLocalUnicast = within('169.254.0.0/16', 'fe80::/10');
const isBroadcast = within('255.255.255.255/32');
const isLocalControl = within('224.0.0.0/24');

/** Of IPv6 the scope counts, whatever the flags before it. */
const isLinkLocalMulticast = (ip: Ip): boolean =>
  isLocalControl(ip) || (isMulticast(ip) && ip.family === 6 && ((ip.value >> 112n) & 0xfn) === 2n);

const isGlobalUnicast = (ip: Ip): boolean =>
  !isUnspecified(ip) && !isBroadcast(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocalUnicast(ip);

const trait = (name: string, id: string, holds: (ip: Ip) => boolean) =>
  fn(
    name,
    member(id, {
      parameters: [ipType],
      result: types.bool,
      call: ({ address }: IpValue) => holds(address),
      ...costing(1),
    }),
  );

export const ipFunctions: Library = {
  name: 'kubernetes.net.ip',
  types: [{ type: ipType, fields: new Map() }],
  functions: [
    fn('ip', overload('string_to_ip', { parameters: [types.string], result: ipType, call: readIp, ...reading() })),
    fn(
      'isIP',
      overload('is_ip', {
        parameters: [types.string],
        result: types.bool,
        call: (text: string) => readIp(text) instanceof IpValue,
        ...reading(),
      }),
    ),
    fn(
      'ip.isCanonical',
      overload('ip_is_canonical', {
        parameters: [types.string],
        result: types.bool,
        call: isCanonical,
        ...reading({ times: 2 }),
      }),
    ),
    fn(
      'family',
      member('ip_family', {
        parameters: [ipType],
        result: types.int,
        call: ({ address }: IpValue) => address.family,
        ...costing(1),
      }),
    ),
    fn('string', overload('ip_to_string', { parameters: [ipType], result: types.string, call: String })),
    trait('isUnspecified', 'ip_is_unspecified', isUnspecified),
    trait('isLoopback', 'ip_is_loopback', isLoopback),
    trait('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    trait('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    trait('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
  ],
};
