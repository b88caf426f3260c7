import type { Container, EphemeralContainer, PodSpec, Volume } from '@tiphys/sdk/api';

/** One place in a pod that names another object. */
export interface PodReference {
  readonly kind: 'secret' | 'configMap';
  readonly name: string;
}

type AnyContainer = Container | EphemeralContainer;

/** Every container of the pod, in the order in which upstream visits them. */
export function* containersOf(spec: PodSpec): Iterable<AnyContainer> {
  yield* spec.initContainers ?? [];
  yield* spec.containers ?? [];
  yield* spec.ephemeralContainers ?? [];
}

/** Secrets and config maps that the pod reads, whether they exist or not. */
export function* podReferences(spec: PodSpec): Iterable<PodReference> {
  for (const { name } of spec.imagePullSecrets ?? []) if (name) yield { kind: 'secret', name };
  for (const c of containersOf(spec)) yield* containerReferences(c);
  for (const v of spec.volumes ?? []) yield* volumeReferences(v);
}

function* containerReferences({ envFrom = [], env = [] }: AnyContainer): Iterable<PodReference> {
  for (const { secretRef, configMapRef } of envFrom) {
    if (secretRef?.name) yield { kind: 'secret', name: secretRef.name };
    if (configMapRef?.name) yield { kind: 'configMap', name: configMapRef.name };
  }
  for (const { valueFrom } of env) {
    if (valueFrom?.secretKeyRef?.name) yield { kind: 'secret', name: valueFrom.secretKeyRef.name };
    if (valueFrom?.configMapKeyRef?.name) yield { kind: 'configMap', name: valueFrom.configMapKeyRef.name };
  }
}

function* volumeReferences(v: Volume): Iterable<PodReference> {
  if (v.configMap?.name) yield { kind: 'configMap', name: v.configMap.name };
  for (const { secret, configMap } of v.projected?.sources ?? []) {
    if (secret?.name) yield { kind: 'secret', name: secret.name };
    if (configMap?.name) yield { kind: 'configMap', name: configMap.name };
  }
  const named = [
    v.azureFile?.secretName,
    v.cephfs?.secretRef?.name,
    v.cinder?.secretRef?.name,
    v.flexVolume?.secretRef?.name,
    v.rbd?.secretRef?.name,
    v.secret?.secretName,
    v.scaleIO?.secretRef?.name,
    v.iscsi?.secretRef?.name,
    v.storageos?.secretRef?.name,
    v.csi?.nodePublishSecretRef?.name,
  ];
  for (const name of named) if (name) yield { kind: 'secret', name };
}
