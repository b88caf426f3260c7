import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipText } from './ip.ts';
import { isWithin, parseNetipAddress, parseNetipPrefix } from './netip.ts';

test('addresses that are read', () => {
  const table: [text: string, canonical: string, mapped?: boolean][] = [
    ['1.2.3.4', '1.2.3.4'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:1.2.3.4', '::ffff:102:304', true],
  ];
  for (const [text, canonical, mapped = false] of table) {
    const read = parseNetipAddress(text);
    assert.equal(ipText(read), canonical, text);
    assert.equal(read.mapped, mapped, text);
  }
});

test('what is no address', () => {
  const table: [text: string, why: string][] = [
    ['', 'unable to parse IP'],
    ['bad', 'unable to parse IP'],
    ['%eth0', 'missing IPv6 address'],
    ['01.2.3.4', 'IPv4 field has octet with leading zero'],
    ['256.1.1.1', 'IPv4 field has value >255'],
    ['1.2.3', 'IPv4 address too short'],
    ['1.2.3.4.5', 'IPv4 address too long'],
    ['1..2.3', 'IPv4 field must have at least one digit (at ".2.3")'],
    ['1.2.3.', 'IPv4 field must have at least one digit (at ".")'],
    ['1.2.3.4/24', 'unexpected character (at "/24")'],
    ['1:2', 'address string too short'],
    ['12345::', 'each group must have 4 or less digits (at "12345::")'],
    [':1', 'each colon-separated field must have at least one digit (at ":1")'],
    ['1:', 'colon must be followed by more characters (at ":")'],
    ['1::2::3', 'multiple :: in address (at ":3")'],
    ['1:2:3:4:5:6:7:8:9', 'trailing garbage after address (at "9")'],
    ['1:2:3:4::5:6:7:8', 'the :: must expand to at least one field of zeros'],
    ['1:2:1.2.3.4', 'embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")'],
    ['::g', 'each colon-separated field must have at least one digit (at "g")'],
    ['1g::', 'unexpected character, want colon (at "g::")'],
    ['fe80::1%', 'zone must be a non-empty string'],
  ];
  for (const [text, why] of table) {
    assert.throws(() => parseNetipAddress(text), { message: `ParseAddr("${text}"): ${why}` });
  }
});

test('networks', () => {
  const table: [text: string, why: string][] = [
    ['1.2.3.4', "no '/'"],
    ['1.2.3/8', 'ParseAddr("1.2.3"): IPv4 address too short'],
    ['1.2.3.4/08', 'bad bits after slash: "08"'],
    ['1.2.3.4/', 'bad bits after slash: ""'],
    ['1.2.3.4/+8', 'bad bits after slash: "+8"'],
    ['1.2.3.4/33', 'prefix length out of range'],
    ['fe80::1%a/64', 'IPv6 zones cannot be present in a prefix'],
  ];
  for (const [text, why] of table) {
    assert.throws(() => parseNetipPrefix(text), { message: `netip.ParsePrefix("${text}"): ${why}` });
  }
  const network = parseNetipPrefix('10.1.2.3/8');
  assert.equal(network.bits, 8);
  for (const [text, within] of [
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['::1', false],
  ] as const) {
    assert.equal(isWithin(parseNetipAddress(text), network), within, text);
  }
});
