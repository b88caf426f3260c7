import type { NftChain, NftSet, NftTable } from './nft-table.ts';
import type { Family } from './service.ts';

export interface BaseTableConfig {
  family: Family;
  /** Where pods have their addresses; what comes from elsewhere to a cluster IP is masqueraded. */
  podCIDRs: readonly string[];
  /** Where services have theirs; what goes to an address that no service has is dropped. */
  serviceCIDRs: readonly string[];
  /** The bit of the packet mark that says "masquerade this". */
  masqueradeMark: number;
  /** CIDRs of the node's addresses that answer on node ports; empty means all but loopback. */
  nodePortAddresses: readonly string[];
}

/** The names in the table that the rules of a service refer to. */
export const names = {
  services: 'services',
  nodePorts: 'node-ports',
  clusterIPs: 'cluster-ips',
  hairpins: 'hairpins',
  refusedServices: 'refused-services',
  refusedNodePorts: 'refused-node-ports',
  markForMasquerade: 'mark-for-masquerade',
} as const;

export const addressType = (family: Family): string => (family === 'ip' ? 'ipv4_addr' : 'ipv6_addr');

/** A match for packets to or from any of the addresses: `ip saddr { 10.0.0.0/8 }`. */
export function addressMatch(
  family: Family,
  side: 'saddr' | 'daddr',
  cidrs: readonly string[],
  not: '' | '!= ' = '',
): string {
  return `${family} ${side} ${not}{ ${cidrs.join(', ')} }`;
}

/**
 * The part of the table that is the same whatever services there are: a packet of a new connection makes one lookup by
 * address, protocol and port and one by node port, however many services exist.
 */
export function baseTable(config: BaseTableConfig): NftTable {
  const { family, podCIDRs, serviceCIDRs, nodePortAddresses } = config;
  const addr = addressType(family);
  const loopback = family === 'ip' ? '127.0.0.0/8' : '::1';
  const mark = `0x${config.masqueradeMark.toString(16)}`;
  const unmarked = `0x${(~config.masqueradeMark >>> 0).toString(16)}`;
  const toNode = nodePortAddresses.length
    ? `fib daddr type local ${addressMatch(family, 'daddr', nodePortAddresses)}`
    : `fib daddr type local ${family} daddr != ${loopback}`;
  const destination = `${family} daddr . meta l4proto . th dport`;

  const sets: [string, NftSet][] = [
    [names.services, map(`type ${addr} . inet_proto . inet_service : verdict;`)],
    [names.nodePorts, map('type inet_proto . inet_service : verdict;')],
    [names.clusterIPs, set(`type ${addr};`)],
    [names.hairpins, set(`type ${addr} . ${addr};`)],
    [names.refusedServices, set(`type ${addr} . inet_proto . inet_service;`)],
    [names.refusedNodePorts, set('type inet_proto . inet_service;')],
  ];
  const chains: [string, NftChain][] = [
    [names.markForMasquerade, { rules: [`meta mark set meta mark | ${mark}`] }],
    [
      'dispatch',
      {
        rules: [
          ...(podCIDRs.length
            ? [
                `${family} daddr @${names.clusterIPs} ${addressMatch(family, 'saddr', podCIDRs, '!= ')} jump ${names.markForMasquerade}`,
              ]
            : []),
          `${destination} vmap @${names.services}`,
          `${toNode} meta l4proto . th dport vmap @${names.nodePorts}`,
        ],
      },
    ],
    ['refuse', { rules: ['meta l4proto tcp reject with tcp reset', 'reject'] }],
    [
      'check-service',
      {
        rules: [
          `${destination} @${names.refusedServices} goto refuse`,
          `${toNode} meta l4proto . th dport @${names.refusedNodePorts} goto refuse`,
        ],
      },
    ],
    [
      'check-cluster-ip',
      {
        rules: [
          `${family} daddr @${names.clusterIPs} goto refuse`,
          ...(serviceCIDRs.length ? [`${addressMatch(family, 'daddr', serviceCIDRs)} drop`] : []),
        ],
      },
    ],
    // Just before the usual priorities, so that iptables rules of others see the packet as we made it.
    ['nat-prerouting', { hook: 'type nat hook prerouting priority -105', rules: ['jump dispatch'] }],
    ['nat-output', { hook: 'type nat hook output priority -105', rules: ['jump dispatch'] }],
    [
      'nat-postrouting',
      {
        hook: 'type nat hook postrouting priority 95',
        rules: [
          // Unmarked before it leaves: in a tunnel the mark would outlive the encapsulation and masquerade twice.
          `meta mark & ${mark} == ${mark} meta mark set meta mark & ${unmarked} masquerade fully-random`,
          `ct status dnat ${family} saddr . ${family} daddr @${names.hairpins} fib saddr type != local masquerade fully-random`,
        ],
      },
    ],
    ['filter-input', { hook: 'type filter hook input priority -5', rules: ['ct state new jump check-service'] }],
    [
      'filter-forward',
      {
        hook: 'type filter hook forward priority -5',
        rules: [
          // Such packets aren't translated: the client would see a stranger's address and break the connection off.
          ...(podCIDRs.length ? [`ct state invalid ${addressMatch(family, 'saddr', podCIDRs)} drop`] : []),
          'ct state new jump check-service',
          'ct state new jump check-cluster-ip',
        ],
      },
    ],
    [
      'filter-output',
      {
        hook: 'type filter hook output priority -5',
        rules: ['ct state new jump check-service', 'ct state new jump check-cluster-ip'],
      },
    ],
  ];
  return { sets: new Map(sets), chains: new Map(chains) };
}

const set = (declaration: string): NftSet => ({ kind: 'set', declaration, elements: new Map() });
const map = (declaration: string): NftSet => ({ kind: 'map', declaration, elements: new Map() });
