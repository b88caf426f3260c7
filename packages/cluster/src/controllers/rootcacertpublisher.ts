import { configMap, type ConfigMap, namespace } from '@tiphys/sdk/api';
import { equal, isAlreadyExists } from '@tiphys/sdk/machinery';
import { type Controller, defineController, watch } from '@tiphys/sdk/operator';

const name = 'kube-root-ca.crt';
const descriptionAnnotation = 'kubernetes.io/description';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Puts the certificate by which pods know the API server into every namespace. */
export const rootCaCertPublisher = (rootCa: string): Controller => {
  const data = { 'ca.crt': rootCa };
  return defineController({
    name: 'root-ca-certificate-publisher',
    component: 'root-ca-cert-publisher',
    for: namespace,
    watches: [
      watch(configMap, (next, old) => {
        const { metadata } = (next ?? old)!;
        return metadata.name === name ? [metadata.namespace!] : [];
      }),
    ],

    async reconcile(ns, { client, cache, signal }) {
      if (ns.status.phase !== 'Active') return;
      const current = cache.get(configMap, ns.metadata.name, name);
      if (!current) {
        const metadata = { name, namespace: ns.metadata.name!, annotations: { [descriptionAnnotation]: description } };
        await client.create(configMap, { metadata, data }, { signal }).catch((err: unknown) => {
          if (!isAlreadyExists(err)) throw err;
        });
      } else if (!isGood(current)) {
        const annotations = { ...current.metadata.annotations, [descriptionAnnotation]: description };
        await client.update(
          configMap,
          { ...current, data, metadata: { ...current.metadata, annotations } },
          { signal },
        );
      }
    },
  });

  function isGood(current: ConfigMap): boolean {
    return equal(current.data, data) && Boolean(current.metadata.annotations?.[descriptionAnnotation]);
  }
};
