import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@tiphys/sdk/runtime';
import { reservedOf } from './band.ts';
import { claimOfIp, ClusterIps } from './cluster-ips.ts';
import { Taking } from './ledger.ts';
import { claimOfPort, dryNodePorts, nodePorts, standardNodePorts as range } from './node-ports.ts';

/** A ledger that nothing stored stands behind. */
function book() {
  const holders = new Map<string, string>();
  return {
    holders,
    isFree: (claim: string) => !holders.has(claim),
    take: (claim: string, holder: string) => !holders.has(claim) && Boolean(holders.set(claim, holder)),
    release: (claim: string, holder: string) => void (holders.get(claim) === holder && holders.delete(claim)),
  };
}

const ipsOf = (range: string) => new ClusterIps(range, seededRandom(1));

test('what is kept for those who choose themselves', () => {
  const table: [size: number, part: number, most: number, want: number][] = [
    [14, 16, 256, 0],
    [254, 16, 256, 16],
    [1022, 16, 256, 63],
    [65534, 16, 256, 256],
    [2768, 32, 128, 86],
  ];
  for (const [size, part, most, want] of table) assert.equal(reservedOf(size, part, most), want);
});

test('the first address is the one after the network', () => {
  assert.equal(ipsOf('10.0.0.0/16').first, '10.0.0.1');
  assert.equal(ipsOf('10.96.0.0/12').first, '10.96.0.1');
  assert.equal(ipsOf('fd00:10::/108').first, 'fd00:10::1');
  assert.equal(ipsOf('fd00:10::/108').family, 'IPv6');
  assert.throws(() => ipsOf('10.0.0.0'), /no network/);
});

test('an address is claimed once, and only within the range', () => {
  const ips = ipsOf('10.0.0.0/24');
  const ledger = book();
  const taking = new Taking(ledger, 'a');
  const outside = (ip: string) =>
    `the provided IP (${ip}) is not in the valid range. The range of valid IPs is 10.0.0.0/24`;
  assert.equal(ips.claim('10.0.0.7', taking), undefined);
  assert.equal(ips.claim('10.0.0.7', new Taking(ledger, 'b')), 'provided IP is already allocated');
  for (const ip of ['10.0.0.0', '10.0.0.255', '10.0.1.1', 'fd00::1']) {
    assert.equal(ips.claim(ip, taking), 'the provided network does not match the current range');
    assert.equal(ips.claim(ip, undefined), outside(ip));
  }
});

test('a dry run claims nothing', () => {
  const ips = ipsOf('10.0.0.0/24');
  const ledger = book();
  ledger.take(claimOfIp('10.0.0.7'), 'a');
  assert.equal(ips.claim('10.0.0.7', undefined), undefined);
  assert.equal(ips.next(undefined), '10.0.0.0');
  assert.equal(ledger.holders.size, 1);
});

test('addresses are found above the reserved ones first, and every one is found in the end', () => {
  const ips = ipsOf('10.0.0.0/24');
  const taking = new Taking(book(), 'a');
  const found = Array.from({ length: 254 }, () => ips.next(taking)!);
  assert.equal(new Set(found).size, 254);
  const last = (ip: string) => Number(ip.split('.')[3]);
  assert.ok(found.slice(0, 238).every((ip) => last(ip) > 16));
  assert.ok(found.slice(238).every((ip) => last(ip) <= 16));
  assert.equal(ips.next(taking), undefined);
});

test('what a failed write took is free again, and nothing else', () => {
  const ips = ipsOf('10.0.0.0/24');
  const ledger = book();
  ledger.take(claimOfIp('10.0.0.9'), 'other');
  const taking = new Taking(ledger, 'a');
  ips.claim('10.0.0.8', taking);
  ips.claim('10.0.0.9', taking);
  nodePorts(taking, { random: seededRandom(1), range }).next();
  taking.undo();
  assert.deepEqual([...ledger.holders], [[claimOfIp('10.0.0.9'), 'other']]);
});

test('node ports', () => {
  const ledger = book();
  const ports = nodePorts(new Taking(ledger, 'a'), { random: seededRandom(1), range });
  const outside = 'provided port is not in the valid range. The range of valid ports is 30000-32767';
  assert.equal(ports.claim(30000), undefined);
  assert.equal(ports.claim(30000), 'provided port is already allocated');
  assert.equal(ports.claim(29999), outside);
  assert.equal(ports.claim(32768), outside);
  const next = ports.next()!;
  assert.ok(next >= 30086 && next <= 32767);
  assert.ok(!ledger.isFree(claimOfPort(next)));
});

test('a dry run is shown ports above the range, one after another', () => {
  const ledger = book();
  ledger.take(claimOfPort(30001), 'a');
  const ports = dryNodePorts((claim) => ledger.isFree(claim), range);
  assert.equal(ports.claim(30001), 'provided port is already allocated');
  assert.equal(ports.next(), 32769);
  assert.equal(ports.next(), 32770);
  assert.equal(ledger.holders.size, 1);
});

test('ports come from the range that was asked for, until there are no more', () => {
  const ports = nodePorts(new Taking(book(), 'a'), {
    random: seededRandom(1),
    range: { lowest: 40_000, highest: 40_001 },
  });
  assert.match(ports.claim(30_000) ?? '', /The range of valid ports is 40000-40001/);
  assert.deepEqual(new Set([ports.next(), ports.next()]), new Set([40_000, 40_001]));
  assert.equal(ports.next(), undefined);
});
