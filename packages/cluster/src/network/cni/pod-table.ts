import type { NftTable } from '../proxy/nft-table.ts';
import type { CniConfig } from './config.ts';

/** The table that gives packets of pods the node's address when they leave for where nobody knows the way back to pods. */
export function podTable({ family, podCIDR, clusterCIDR, nonMasqueradeCIDRs, bridge }: CniConfig): NftTable {
  const multicast = family === 'ip' ? '224.0.0.0/4' : 'ff00::/8';
  const near = [...new Set([podCIDR, clusterCIDR, ...nonMasqueradeCIDRs, multicast])];
  return {
    sets: new Map([
      // One set rather than a list in the rule: ranges that lie in one another are merged.
      [
        'near',
        {
          kind: 'set',
          declaration: `type ${family === 'ip' ? 'ipv4_addr' : 'ipv6_addr'}; flags interval; auto-merge;`,
          elements: new Map(near.map((cidr) => [cidr, ''])),
        },
      ],
    ]),
    chains: new Map([
      [
        'postrouting',
        {
          hook: 'type nat hook postrouting priority 100',
          rules: [`${family} saddr ${podCIDR} ${family} daddr != @near oifname != "${bridge}" masquerade fully-random`],
        },
      ],
    ]),
  };
}
