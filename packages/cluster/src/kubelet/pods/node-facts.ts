import type { DnsConfig } from '../containers/dns.ts';

/** What pods are told about their node. */
export interface NodeFacts {
  readonly hostname: string;
  readonly hostIPs: readonly string[];
  readonly memoryCapacity: number;
  allocatable(): Readonly<Record<string, string>>;
  hostDns(): Promise<DnsConfig>;
  /** Why no pod gets a network now; undefined when they do. */
  networkProblem(): string | undefined;
}
