import { field, invalid, lineOf } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import { s } from '@tiphys/sdk/schema';
import { type ConfigKind, readConfig } from '../../config-file/index.ts';
import { loadWebhookUsers, type WebhookUsers } from './users.ts';

const shape = s.struct('io.k8s.apiserver.v1.WebhookAdmission', {
  kubeConfigFile: s.zero(1, s.str()),
  staticManifestsDir: s.zero(2, s.str()),
});

const kinds: readonly ConfigKind<s.Out<typeof shape>>[] = [
  { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'WebhookAdmissionConfiguration', schema: shape },
];

/** What is said to a plugin that asks webhooks: who the server is there. Throws in upstream's words. */
export async function readWebhookUsers(bytes: Uint8Array | undefined, clock: Clock): Promise<WebhookUsers | undefined> {
  if (!bytes) return undefined;
  const { kubeConfigFile = '', staticManifestsDir } = readConfig(bytes, kinds, { others: {} });
  if (staticManifestsDir) {
    // The gate is alpha, and there is nothing behind it here.
    const gate = 'ManifestBasedAdmissionControlConfig';
    throw new Error(
      `staticManifestsDir: Forbidden: staticManifestsDir requires the ${gate} feature gate to be enabled`,
    );
  }
  if (!kubeConfigFile) return undefined;
  if (!kubeConfigFile.startsWith('/')) {
    throw new Error(lineOf(invalid(field('kubeConfigFile'), kubeConfigFile, 'must be an absolute file path')));
  }
  return loadWebhookUsers(kubeConfigFile, clock);
}
