/** The two address families that a proxy, a table or a pod network can be of; one instance of each serves one family. */
export type Family = 'ip' | 'ip6';

export type Protocol = 'tcp' | 'udp' | 'sctp';

/** What the proxy needs to know of one Service, all its ports together, in one address family. */
export interface ProxyService {
  /** `namespace/name`. */
  key: string;
  namespace: string;
  name: string;
  clusterIP: string;
  externalIPs: string[];
  loadBalancerIPs: string[];
  /** CIDRs that alone may reach the load balancer addresses; empty means everybody. */
  sourceRanges: string[];
  externalLocal: boolean;
  internalLocal: boolean;
  /** Session affinity by client address, for so long after its last connection; 0 means none. */
  affinitySeconds: number;
  /** Where a load balancer asks whether this node has endpoints; 0 means nowhere. */
  healthCheckNodePort: number;
  ports: ServicePort[];
}

export interface ServicePort {
  name: string;
  protocol: Protocol;
  port: number;
  /** 0 means none. */
  nodePort: number;
  endpoints: Endpoint[];
}

export interface Endpoint {
  address: string;
  port: number;
  ready: boolean;
  serving: boolean;
  terminating: boolean;
  /** Runs on the node of this proxy. */
  local: boolean;
}
