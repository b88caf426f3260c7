import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidrText, ipText, parseCidr, parseIp } from './ip.ts';

const canonical: readonly [text: string, want: string | undefined][] = [
  ['10.0.0.1', '10.0.0.1'],
  ['010.0.0.1', '10.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['256.0.0.1', undefined],
  ['1.2.3', undefined],
  ['1.2.3.4.5', undefined],
  ['', undefined],
  ['x', undefined],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['1:2:3:4:5:6:7:8:9', undefined],
  ['1::2::3', undefined],
  ['fe80::1%eth0', undefined],
  ['12345::', undefined],
];

for (const [text, want] of canonical) {
  test(`${JSON.stringify(text)} is ${want ?? 'no address'}`, () => {
    const ip = parseIp(text);
    assert.equal(ip && ipText(ip), want);
  });
}

const networks: readonly [text: string, want: string | undefined][] = [
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['2001:db8:1::/32', '2001:db8::/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['192.0.2.0/33', undefined],
  ['192.0.2.0', undefined],
  ['192.0.2.0/', undefined],
  ['192.0.2.0/a', undefined],
  ['192.0.2.0/8/8', undefined],
];

for (const [text, want] of networks) {
  test(`${JSON.stringify(text)} is ${want ?? 'no network'}`, () => {
    const cidr = parseCidr(text);
    assert.equal(cidr && cidrText(cidr), want);
  });
}

test('how it was written is known', () => {
  assert.equal(parseIp('010.0.0.1')?.leadingZeros, true);
  assert.equal(parseIp('10.0.0.1')?.leadingZeros, false);
  assert.equal(parseIp('::ffff:1.2.3.4')?.mapped, true);
  assert.equal(parseCidr('10.0.0.0/08')?.leadingZeros, true);
});

test('what was printed is read as the same address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const ip = parseIp(text)!;
      const again = parseIp(ipText(ip))!;
      assert.deepEqual([again.family, again.value], [ip.family, ip.value]);
    }),
  );
});
