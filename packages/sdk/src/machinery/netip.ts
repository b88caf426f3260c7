import { quoted } from './json/print-value.ts';
import type { Ip } from './ip.ts';

/**
 * Addresses and networks read as strictly as Go's `net/netip` does, with its reasons where they are none. Unlike `parseIp` an
 * IPv4-mapped address stays an IPv6 one, with `mapped` set.
 */
export interface NetipAddress extends Ip {
  /** What stands behind a `%`; empty when nothing does. */
  readonly zone: string;
}

export interface NetipPrefix {
  readonly address: NetipAddress;
  readonly bits: number;
}

export function parseNetipAddress(text: string): NetipAddress {
  const mark = /[.:%]/.exec(text)?.[0];
  if (mark === '.') return { family: 4, value: octets(text, text), mapped: false, leadingZeros: false, zone: '' };
  if (mark === ':') return v6(text);
  throw problem(text, mark ? 'missing IPv6 address' : 'unable to parse IP');
}

export function parseNetipPrefix(text: string): NetipPrefix {
  const fail = (why: string): never => {
    throw new Error(`netip.ParsePrefix(${quoted(text)}): ${why}`);
  };
  const slash = text.lastIndexOf('/');
  if (slash < 0) fail("no '/'");
  let address: NetipAddress;
  try {
    address = parseNetipAddress(text.slice(0, slash));
  } catch (err) {
    return fail((err as Error).message);
  }
  if (address.zone) fail('IPv6 zones cannot be present in a prefix');
  const size = text.slice(slash + 1);
  if (!/^(0|[1-9]\d*)$/.test(size) || size.length > 18) fail(`bad bits after slash: ${quoted(size)}`);
  const bits = Number(size);
  if (bits > (address.family === 4 ? 32 : 128)) fail('prefix length out of range');
  return { address, bits };
}

function problem(text: string, why: string, at = ''): Error {
  return new Error(`ParseAddr(${quoted(text)}): ${why}${at && ` (at ${quoted(at)})`}`);
}

/** Four decimal numbers with dots between; `whole` is what messages speak of. */
function octets(text: string, whole: string): bigint {
  const fields: number[] = [];
  let digits = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (/\d/.test(c)) {
      if (digits === '0') throw problem(whole, 'IPv4 field has octet with leading zero');
      digits += c;
      if (Number(digits) > 255) throw problem(whole, 'IPv4 field has value >255');
    } else if (c === '.') {
      if (!digits || i === text.length - 1) {
        throw problem(whole, 'IPv4 field must have at least one digit', text.slice(i));
      }
      if (fields.length === 3) throw problem(whole, 'IPv4 address too long');
      fields.push(Number(digits));
      digits = '';
    } else throw problem(whole, 'unexpected character', text.slice(i));
  }
  if (fields.length < 3) throw problem(whole, 'IPv4 address too short');
  return [...fields, Number(digits)].reduce((sum, n) => (sum << 8n) | BigInt(n), 0n);
}

const most = 8;

function v6(whole: string): NetipAddress {
  const percent = whole.indexOf('%');
  const zone = percent < 0 ? '' : whole.slice(percent + 1);
  if (percent >= 0 && !zone) throw problem(whole, 'zone must be a non-empty string');
  const { groups, gap } = groupsOf(percent < 0 ? whole : whole.slice(0, percent), whole);
  if (groups.length < most) {
    if (gap < 0) throw problem(whole, 'address string too short');
    groups.splice(gap, 0, ...Array.from({ length: most - groups.length }, () => 0));
  } else if (gap >= 0) throw problem(whole, 'the :: must expand to at least one field of zeros');
  const value = groups.reduce((sum, g) => (sum << 16n) | BigInt(g), 0n);
  return { family: 6, value, mapped: value >> 32n === 0xffffn, leadingZeros: false, zone };
}

/** The groups written, and before which of them a `::` stands. */
function groupsOf(text: string, whole: string): { groups: number[]; gap: number } {
  const groups: number[] = [];
  let rest = text;
  let gap = -1;
  if (rest.startsWith('::')) {
    gap = 0;
    rest = rest.slice(2);
    if (!rest) return { groups, gap };
  }
  while (groups.length < most) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)![0];
    if (digits.length > 4) throw problem(whole, 'each group must have 4 or less digits', rest);
    if (!digits) throw problem(whole, 'each colon-separated field must have at least one digit', rest);
    if (rest[digits.length] === '.') {
      groups.push(...embedded(rest, whole, { gap, before: groups.length }));
      rest = '';
      break;
    }
    groups.push(Number.parseInt(digits, 16));
    rest = rest.slice(digits.length);
    if (!rest) break;
    if (!rest.startsWith(':')) throw problem(whole, 'unexpected character, want colon', rest);
    if (rest.length === 1) throw problem(whole, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (!rest.startsWith(':')) continue;
    if (gap >= 0) throw problem(whole, 'multiple :: in address', rest);
    gap = groups.length;
    rest = rest.slice(1);
    if (!rest) break;
  }
  if (rest) throw problem(whole, 'trailing garbage after address', rest);
  return { groups, gap };
}

/** An IPv4 address in place of the last two groups. */
function embedded(text: string, whole: string, { gap, before }: { gap: number; before: number }): [number, number] {
  if (gap < 0 && before !== 6) {
    throw problem(whole, 'embedded IPv4 address must replace the final 2 fields of the address', text);
  }
  if (before > 6) {
    throw problem(whole, 'too many hex fields to fit an embedded IPv4 at the end of the address', text);
  }
  const value = octets(text, whole);
  return [Number(value >> 16n), Number(value & 0xffffn)];
}

/** Whether an address lies in a network of its own family. */
export function isWithin(address: Ip, { address: network, bits }: NetipPrefix): boolean {
  if (address.family !== network.family) return false;
  const rest = BigInt((address.family === 4 ? 32 : 128) - bits);
  return address.value >> rest === network.value >> rest;
}
