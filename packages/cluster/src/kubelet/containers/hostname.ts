import type { Pod } from '@tiphys/sdk/api';

const longestHostname = 63;

export interface HostNames {
  readonly hostname: string;
  /** Set for pods under a subdomain; the domain is the service's. */
  readonly domain: string;
}

/** What the pod calls itself. A pod on the host's network has the host's name. */
export function hostNamesOf({ metadata, spec }: Pod, clusterDomain: string, nodeHostname: string): HostNames {
  if (spec.hostnameOverride) return { hostname: spec.hostnameOverride, domain: '' };
  if (spec.hostNetwork) return { hostname: nodeHostname, domain: '' };
  const hostname = (spec.hostname || (metadata.name ?? '')).slice(0, longestHostname).replace(/[-.]+$/, '');
  const domain = spec.subdomain ? `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}` : '';
  return { hostname, domain };
}

/** The name that the kernel gives as the hostname. */
export const kernelHostname = (pod: Pod, { hostname, domain }: HostNames): string =>
  pod.spec.setHostnameAsFQDN && domain ? `${hostname}.${domain}` : hostname;

/** What stands in a pod's /etc/hosts. `base`: the host's own file, for pods on its network. */
export function hostsFile(pod: Pod, names: HostNames, podIPs: readonly string[], base?: string): string {
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  const added = aliases.length ? `\n# Entries added by HostAliases.\n${aliases.join('')}` : '';
  if (base !== undefined) return `# Kubernetes-managed hosts file (host network).\n${base}${added}`;
  const { hostname, domain } = names;
  const own = podIPs.map((ip) => `${ip}\t${domain ? `${hostname}.${domain}\t` : ''}${hostname}\n`);
  return (
    '# Kubernetes-managed hosts file.\n' +
    '127.0.0.1\tlocalhost\n' +
    '::1\tlocalhost ip6-localhost ip6-loopback\n' +
    'fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n' +
    own.join('') +
    added
  );
}
