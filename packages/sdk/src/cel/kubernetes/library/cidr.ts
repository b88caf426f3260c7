import { quoted, ipText, isWithin, type NetipPrefix, networkOf, parseNetipPrefix } from '../../../machinery/index.ts';
import type { CallEstimate, CallToEstimate } from '../../declarations.ts';
import type { Library } from '../../env.ts';
import { types } from '../../types.ts';
import { EvalError, OpaqueValue, type Value } from '../../values.ts';
import { exactly, scaled, sum } from '../estimates.ts';
import { costing, fn, member, overload, perCharacter, reading } from '../functions.ts';
import { type Sized, sizeOf } from '../sizes.ts';
import { ipType, IpValue, readIp } from './ip.ts';

const cidrType = types.opaque('net.CIDR');

class CidrValue extends OpaqueValue implements Sized {
  override readonly type = cidrType;
  readonly prefix: NetipPrefix;

  constructor(prefix: NetipPrefix) {
    super();
    this.prefix = prefix;
  }

  /** The bytes that the prefix takes. */
  get size(): number {
    return Math.ceil(this.prefix.bits / 8);
  }

  get masked(): CidrValue {
    const { address, bits } = this.prefix;
    const value = networkOf({ address: { ...address, mapped: false }, bits, leadingZeros: false }).value;
    return new CidrValue({ address: { ...address, value }, bits });
  }

  equals(other: Value): boolean | EvalError {
    if (!(other instanceof CidrValue)) return new EvalError('no such overload');
    return this.toString() === other.toString();
  }

  override toString(): string {
    return `${ipText(this.prefix.address)}/${this.prefix.bits}`;
  }
}

const parsing = 'network address parse error during conversion from string: ';

function readCidr(text: string): CidrValue | EvalError {
  let prefix;
  try {
    prefix = parseNetipPrefix(text);
  } catch (err) {
    return new EvalError(`${parsing}${parsing}${(err as Error).message}`);
  }
  if (prefix.address.mapped) {
    return new EvalError(`${parsing}IPv4-mapped IPv6 address ${quoted(text)} is not allowed`);
  }
  return new CidrValue(prefix);
}

const containsIp = ({ prefix }: CidrValue, { address }: IpValue): boolean => isWithin(address, prefix);

const containsCidr = ({ prefix }: CidrValue, { prefix: other }: CidrValue): boolean =>
  prefix.bits <= other.bits && isWithin(other.address, prefix);

function containsIpText(cidr: CidrValue, text: string): boolean | EvalError {
  const ip = readIp(text);
  // Upstream has lost by here why the text is no address.
  return ip instanceof EvalError ? new EvalError('no such overload') : containsIp(cidr, ip);
}

function containsCidrText(cidr: CidrValue, text: string): boolean | EvalError {
  const other = readCidr(text);
  return other instanceof EvalError ? other : containsCidr(cidr, other);
}

/** Comparing the bytes of prefixes; a network is masked first, a text has to be read. */
function comparing({ networks, text }: { networks: boolean; text: boolean }) {
  const anyAddress = { min: 4, max: 16 };
  return {
    cost: ([cidr, other]: readonly Value[]): number => {
      const size = sizeOf(cidr!);
      return (
        Math.ceil((size + size) * perCharacter) +
        (networks ? Math.ceil(size * perCharacter) + 1 : 0) +
        (typeof other === 'string' ? Math.ceil(sizeOf(other) * perCharacter) : 0)
      );
    },
    estimate: ({ args: [other] }: CallToEstimate): CallEstimate => ({
      cost: sum(
        scaled(sum(anyAddress, anyAddress), perCharacter),
        networks ? sum(scaled(anyAddress, perCharacter), exactly(1)) : exactly(0),
        text ? scaled(other!.size, perCharacter) : exactly(0),
      ),
    }),
  };
}

export const cidrFunctions: Library = {
  name: 'kubernetes.net.cidr',
  types: [{ type: cidrType, fields: new Map() }],
  functions: [
    fn(
      'cidr',
      overload('string_to_cidr', { parameters: [types.string], result: cidrType, call: readCidr, ...reading() }),
    ),
    fn(
      'isCIDR',
      overload('is_cidr', {
        parameters: [types.string],
        result: types.bool,
        call: (text: string) => readCidr(text) instanceof CidrValue,
        ...reading(),
      }),
    ),
    fn(
      'containsIP',
      member('cidr_contains_ip_string', {
        parameters: [cidrType, types.string],
        result: types.bool,
        call: containsIpText,
        ...comparing({ networks: false, text: true }),
      }),
      member('cidr_contains_ip_ip', {
        parameters: [cidrType, ipType],
        result: types.bool,
        call: containsIp,
        ...comparing({ networks: false, text: false }),
      }),
    ),
    fn(
      'containsCIDR',
      member('cidr_contains_cidr_string', {
        parameters: [cidrType, types.string],
        result: types.bool,
        call: containsCidrText,
        ...comparing({ networks: true, text: true }),
      }),
      member('cidr_contains_cidr', {
        parameters: [cidrType, cidrType],
        result: types.bool,
        call: containsCidr,
        ...comparing({ networks: true, text: false }),
      }),
    ),
    fn(
      'ip',
      member('cidr_ip', {
        parameters: [cidrType],
        result: ipType,
        call: ({ prefix }: CidrValue) => new IpValue(prefix.address),
        ...costing(1),
      }),
    ),
    fn(
      'prefixLength',
      member('cidr_prefix_length', {
        parameters: [cidrType],
        result: types.int,
        call: ({ prefix }: CidrValue) => prefix.bits,
        ...costing(1),
      }),
    ),
    fn(
      'masked',
      member('cidr_masked', {
        parameters: [cidrType],
        result: cidrType,
        call: (cidr: CidrValue) => cidr.masked,
        ...costing(1),
      }),
    ),
    fn('string', overload('cidr_to_string', { parameters: [cidrType], result: types.string, call: String })),
  ],
};
