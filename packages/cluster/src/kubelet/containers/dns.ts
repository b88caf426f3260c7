import type { Pod } from '@tiphys/sdk/api';

export interface DnsConfig {
  servers: string[];
  searches: string[];
  options: string[];
}

export interface ClusterDns {
  readonly servers: readonly string[];
  readonly domain: string;
}

/** Upstream's figures; what is beyond them is left out. */
const limits = { servers: 3, searches: 32, searchLength: 2048 };
const clusterOptions = ['ndots:5'];

/** Reads a resolv.conf; the last `search` line counts. */
export function parseResolvConf(text: string): DnsConfig {
  const out: DnsConfig = { servers: [], searches: [], options: [] };
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver' && rest[0]) out.servers.push(rest[0]);
    else if (word === 'search') out.searches = rest.map((s) => (s === '.' ? s : s.replace(/\.$/, '')));
    else if (word === 'options') out.options.push(...rest);
  }
  return out;
}

/** How a pod's containers resolve names, as its policy says. */
export function dnsConfigOf(pod: Pod, cluster: ClusterDns, host: DnsConfig): DnsConfig {
  const { dnsPolicy, dnsConfig, hostNetwork } = pod.spec;
  const wantsCluster =
    dnsPolicy === 'ClusterFirstWithHostNet' || ((dnsPolicy ?? 'ClusterFirst') === 'ClusterFirst' && !hostNetwork);
  let base: DnsConfig = { servers: [], searches: [], options: [] };
  if (wantsCluster && cluster.servers.length) {
    const { domain } = cluster;
    const own = domain ? [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain] : [];
    base = { servers: [...cluster.servers], searches: [...own, ...host.searches], options: clusterOptions };
  } else if (dnsPolicy !== 'None') {
    base = host;
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  return {
    servers: unique([...base.servers, ...nameservers]).slice(0, limits.servers),
    searches: fitting(unique([...base.searches, ...searches])),
    options: mergedOptions(base.options, options),
  };
}

function fitting(searches: string[]): string[] {
  let length = -1;
  return searches.slice(0, limits.searches).filter((s) => (length += s.length + 1) <= limits.searchLength);
}

function mergedOptions(base: readonly string[], own: readonly { name?: string; value?: string }[]): string[] {
  const merged = new Map(base.map((o) => [o.split(':')[0]!, o]));
  for (const { name = '', value } of own) merged.set(name, value === undefined ? name : `${name}:${value}`);
  return [...merged.values()];
}

const unique = (list: string[]) => [...new Set(list)];
