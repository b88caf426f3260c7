import { stringify } from 'yaml';
import type { KeyPair } from './certificate.ts';

/** A kubeconfig with everything embedded: it works from wherever it is copied to. */
export function kubeconfig(options: {
  server: string;
  ca: string;
  user: string;
  client: KeyPair;
  cluster?: string;
}): string {
  const { server, ca, user, client, cluster = 'tiphys' } = options;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      { name: user, user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) } },
    ],
    contexts: [{ name: cluster, context: { cluster, user } }],
    'current-context': cluster,
  });
}
