import type { Family } from '../proxy/service.ts';

/** The pod network of one node: its names and its addresses. */
export interface CniConfig {
  family: Family;
  /** The network's name in the conflist; host-local keeps its leases under it. */
  network: string;
  /** At most 15 characters, as the kernel has it. */
  bridge: string;
  /** The addresses of this node's pods. */
  podCIDR: string;
  /** Those of all pods; between them nothing is masqueraded. */
  clusterCIDR: string;
  /** Where else pods are known by their own address. */
  nonMasqueradeCIDRs: readonly string[];
  /** The nftables table that masquerades what leaves for elsewhere. */
  table: string;
  /** The iptables chain that lets pods' packets pass a firewall that forwards nothing by itself, as Docker's. */
  forwardChain: string;
  /** Where the container runtime looks for conflists. */
  confDir: string;
  /** Where the plugins are; looked for in the usual places when left out. */
  binDir?: string;
  /** Where host-local keeps its leases; best where a reboot, which ends all pods, ends them too. */
  ipamDir: string;
  /** The links' MTU; the kernel's own when left out. */
  mtu?: number;
}

export const defaultCniConfig = {
  family: 'ip',
  network: 'tiphys',
  bridge: 'tiphys0',
  podCIDR: '10.244.0.0/24',
  clusterCIDR: '10.244.0.0/16',
  nonMasqueradeCIDRs: [],
  table: 'tiphys-pods',
  forwardChain: 'TIPHYS-FORWARD',
  confDir: '/etc/cni/net.d',
  ipamDir: '/run/tiphys/networks',
} as const satisfies CniConfig;
