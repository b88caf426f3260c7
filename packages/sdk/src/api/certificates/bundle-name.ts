import { dnsSubdomainProblems } from '../../machinery/index.ts';

/** A bundle of a signer is called after it, with colons for slashes. */
export function bundleNameProblems(name: string, signerName: string): string[] {
  const prefix = signerName && `${signerName.replaceAll('/', ':')}:`;
  if (!name.startsWith(prefix)) {
    return [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`];
  }
  if (!prefix && name.includes(':')) return ['ClusterTrustBundle without signer name must not have ":" in its name'];
  return dnsSubdomainProblems(name.slice(prefix.length));
}
