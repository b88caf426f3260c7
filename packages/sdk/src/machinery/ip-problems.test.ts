import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidrProblems, cidrWarnings, endpointIpProblems, ipFamily, ipProblems, ipWarning } from './ip-problems.ts';

const noAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const noNetwork = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

test('addresses', () => {
  const table: [string, string[]][] = [
    ['192.0.2.1', []],
    ['0.10.199.255', []],
    ['192.0.2.256', [noAddress]],
    ['192.0.2.1.5', [noAddress]],
    ['192.0.2', [noAddress]],
    ['192.0.2.1\n', [noAddress]],
    ['00.0.2.1', ['must not have leading 0s']],
    ['2001:DB8::1', []],
    ['x', [noAddress]],
    ['', [noAddress]],
    ['192.0.2.01', ['must not have leading 0s']],
    ['::ffff:192.0.2.1', ['must not be an IPv4-mapped IPv6 address']],
  ];
  for (const [text, want] of table) assert.deepEqual(ipProblems(text), want, text);
});

test('networks', () => {
  const table: [string, string[]][] = [
    ['192.0.2.0/24', []],
    ['192.0.2.0/33', [noNetwork]],
    ['192.0.2.0', [noNetwork]],
    ['192.0.2.5/24', ['must not have bits set beyond the prefix length']],
    ['010.0.0.0/8', ['must not have leading 0s in IP or prefix length']],
    ['2001:db8::1/64', ['must not have bits set beyond the prefix length']],
  ];
  for (const [text, want] of table) assert.deepEqual(cidrProblems(text), want, text);
});

test('addresses that nothing is sent to', () => {
  const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
  const linkLocal = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  const multicast = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  const table: [string, string[]][] = [
    ['10.1.2.3', []],
    ['fd00::1', []],
    ['0.0.0.0', ['may not be unspecified (0.0.0.0)']],
    ['::', ['may not be unspecified (::)']],
    ['127.9.9.9', [loopback]],
    ['::1', [loopback]],
    ['169.254.1.1', [linkLocal]],
    ['febf::1', [linkLocal]],
    ['224.0.0.5', [multicast]],
    ['224.0.1.5', []],
    ['ff02::1', [multicast]],
    ['ff12::1', [multicast]],
    ['ff05::1', []],
    ['nowhere', ['must be a valid IP address']],
  ];
  for (const [text, want] of table) assert.deepEqual(endpointIpProblems(text), want, text);
});

test('what is told rather than refused', () => {
  assert.equal(ipWarning('10.0.0.1'), undefined);
  assert.equal(ipWarning('garbage'), undefined);
  assert.equal(ipWarning('010.0.0.1'), 'non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"');
  assert.equal(
    ipWarning('2001:DB8::1'),
    'IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  );
  assert.deepEqual(cidrWarnings('10.0.0.0/8'), []);
  assert.deepEqual(cidrWarnings('10.1.0.0/8'), [
    'CIDR value "10.1.0.0/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.0.0/32"?)',
  ]);
  assert.deepEqual(cidrWarnings('010.0.0.0/8'), ['non-standard CIDR value "010.0.0.0/8" is invalid: use "10.0.0.0/8"']);
  assert.deepEqual(cidrWarnings('2001:DB8::/32'), [
    'IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")',
  ]);
});

test('families', () => {
  assert.equal(ipFamily('10.0.0.1'), 'IPv4');
  assert.equal(ipFamily('::ffff:10.0.0.1'), 'IPv4');
  assert.equal(ipFamily('fd00::1'), 'IPv6');
  assert.equal(ipFamily('x'), undefined);
});
