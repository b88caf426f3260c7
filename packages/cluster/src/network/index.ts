/**
 * The network of a node: how pods get addresses (`cni/`, over the standard plugin binaries), how they reach services
 * (`proxy/`, nftables) and how they find them by name (`dns/`). Each part is a function of its dependencies and would work
 * against any Kubernetes; names of links, tables and address ranges are parameters, so that several nodes can live on one machine.
 */
export type { Commands } from './commands.ts';
export { commandsIn, systemCommands } from './commands.ts';
export {
  defaultNodeNetworkConfig,
  type NodeNetworkConfig,
  type NodeNetworkDeps,
  runNodeNetwork,
} from './run-node-network.ts';
export { type CniConfig, defaultCniConfig } from './cni/config.ts';
export { type CniDeps, type CniPaths, ensureCni } from './cni/ensure-cni.ts';
export { keepCni, type KeepCniDeps } from './cni/keep-cni.ts';
export { checkRequirements, NetworkRequirementError, type Requirement } from './cni/requirement.ts';
export {
  defaultNodeRoutesConfig,
  type NodeRoutesConfig,
  type NodeRoutesDeps,
  runNodeRoutes,
} from './cni/node-routes.ts';
export { type NetworkNames, resetNetwork } from './cni/reset-network.ts';
export type { Family } from './proxy/service.ts';
export { defaultProxyConfig, type ProxyConfig, type ProxyDeps, runProxy } from './proxy/run-proxy.ts';
export { defaultDnsConfig, type DnsConfig, type DnsDeps, runDns } from './dns/run-dns.ts';
export { dnsClusterIP, dnsObjects, type DnsObjectsConfig, publishDns } from './dns/dns-objects.ts';
