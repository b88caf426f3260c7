import type { Container, EphemeralContainer, PodSpec, ServiceAccount } from '@tiphys/sdk/api';
import type { AdmissionAttributes } from './plugin.ts';
import { refuse } from './refuse.ts';

const annotation = 'kubernetes.io/enforce-mountable-secrets';
/** What Go's ParseBool takes for true. */
const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Whether pods of the account may use only the secrets that it lists. */
export const limitsSecrets = ({ metadata }: ServiceAccount): boolean =>
  truths.has(metadata.annotations?.[annotation] ?? '');

/** Refuses a pod that uses others than its account lists. */
export function limitSecrets(
  a: AdmissionAttributes,
  { spec, account }: { spec: Partial<PodSpec>; account: ServiceAccount },
): void {
  const mountable = new Set((account.secrets ?? []).map((s) => s.name));
  const pullable = new Set((account.imagePullSecrets ?? []).map((s) => s.name));
  const known = account.metadata.name;
  const check = (secret: string | undefined, where: string) => {
    if (secret === undefined || mountable.has(secret)) return;
    throw refuse(
      a,
      `${where} secret.secretName="${secret}" is not allowed because service account ${known} does not reference that secret`,
    );
  };
  for (const { secret } of spec.volumes ?? []) if (secret) check(secret.secretName ?? '', 'volume with');
  const checkContainer = (what: string) => (c: Container | EphemeralContainer) => {
    for (const { name, valueFrom } of c.env ?? []) {
      check(valueFrom?.secretKeyRef?.name, `${what} ${c.name} with envVar ${name} referencing`);
    }
    for (const { secretRef } of c.envFrom ?? []) check(secretRef?.name, `${what} ${c.name} with envFrom referencing`);
  };
  spec.initContainers?.forEach(checkContainer('init container'));
  spec.containers?.forEach(checkContainer('container'));
  spec.ephemeralContainers?.forEach(checkContainer('ephemeral container'));
  for (const [i, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (pullable.has(name)) continue;
    throw refuse(
      a,
      `imagePullSecrets[${i}].name="${name}" is not allowed because service account ${known} does not reference that imagePullSecret`,
    );
  }
}
