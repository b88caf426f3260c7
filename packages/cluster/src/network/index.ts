/**
 * The network of a node: how pods get addresses (`cni/`, over the standard plugin binaries), how they reach services
 * (`proxy/`, nftables) and how they find them by name (`dns/`). Each part is a function of its dependencies and would work
 * against any Kubernetes; names of links, tables and address ranges are parameters, so that several nodes can live on one machine.
 */
export type { Family } from './proxy/service.ts';
