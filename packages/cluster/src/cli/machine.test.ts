import assert from 'node:assert/strict';
import type { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { whyUnreachable } from './machine.ts';

const at = (address: string, internal = false) =>
  [{ address, family: 'IPv4', internal }] as unknown as NonNullable<ReturnType<typeof networkInterfaces>[string]>;

for (const { name, interfaces, reachable } of [
  { name: 'with a network', interfaces: { lo: at('127.0.0.1', true), eth0: at('10.0.0.2') }, reachable: true },
  { name: 'with a dummy', interfaces: { lo: at('127.0.0.1', true), dummy0: at('192.0.2.1') }, reachable: true },
  { name: 'offline', interfaces: { lo: at('127.0.0.1', true) }, reachable: false },
  { name: 'with nothing but bridges', interfaces: { docker0: at('172.17.0.1') }, reachable: false },
  { name: 'without a lease', interfaces: { eth0: at('169.254.3.4') }, reachable: false },
]) {
  test(`whether pods reach a machine ${name}`, () => {
    const why = whyUnreachable(interfaces);
    assert.equal(why === undefined, reachable);
    if (why) assert.match(why, /ip link add/);
  });
}
