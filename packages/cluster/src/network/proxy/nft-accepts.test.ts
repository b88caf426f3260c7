import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCniConfig } from '../cni/config.ts';
import { podTable } from '../cni/pod-table.ts';
import { systemCommands } from '../commands.ts';
import { replaceTable } from './nft-table.ts';
import { Ruleset } from './ruleset.ts';
import { anEndpoint, aService } from './service-builder.ts';
import type { Family } from './service.ts';

const whyNot = await systemCommands.run('nft', ['--check', '-f', '-'], { stdin: 'add table ip tiphys-check\n' }).then(
  () => undefined,
  (err: Error) => `nft can't judge rules here: ${err.message}`,
);

/** An address of the family, by its last part. */
const address = (family: Family, last: number): string =>
  family === 'ip' ? `198.51.100.${last}` : `2001:db8::${last}`;

for (const family of ['ip', 'ip6'] as const) {
  test(`nft and the kernel accept every kind of rule, family ${family}`, { skip: whyNot ?? false }, async () => {
    const at = (last: number) => address(family, last);
    const range = `${at(128)}/${family === 'ip' ? 25 : 121}`;
    const ruleset = new Ruleset({
      family,
      podCIDRs: [range],
      serviceCIDRs: [range],
      masqueradeMark: 0x4000,
      nodePortAddresses: [range],
    });
    const pods = [anEndpoint(at(1)), anEndpoint(at(2), { local: false })];
    const outside = { externalIPs: [at(20)], loadBalancerIPs: [at(21)], sourceRanges: [range], externalLocal: true };
    ruleset.update([
      ['a/web', aService(pods, { clusterIP: at(10), affinitySeconds: 60, ...outside }, { nodePort: 30080 })],
      ['a/udp', aService(pods, { name: 'udp', clusterIP: at(11) }, { protocol: 'udp' })],
      ['a/sctp', aService(pods, { name: 'sctp', clusterIP: at(12), internalLocal: true }, { protocol: 'sctp' })],
      ['a/none', aService([], { name: 'none', clusterIP: at(13) }, { nodePort: 30081 })],
    ]);
    const pod = podTable({ ...defaultCniConfig, family, podCIDR: range, clusterCIDR: range });
    const stdin =
      replaceTable(`${family} tiphys-check`, ruleset.table()) + replaceTable(`${family} tiphys-check2`, pod);
    assert.equal(await systemCommands.run('nft', ['--check', '-f', '-'], { stdin }), '');
  });
}
