import {
  persistentVolume,
  persistentVolumeClaim,
  type PersistentVolumeClaim,
  pod,
  type Pod,
  volumeAttributesClass,
} from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { addFinalizer, type Controller, defineController, removeFinalizer, watch } from '@tiphys/sdk/operator';
import type { Kind } from '@tiphys/sdk/schema';

/** What is deleted while somebody uses it goes when nobody does any more: its finalizer is taken away then. */

const claimIndex = 'claim';

export const claimProtectionController = protection(persistentVolumeClaim, {
  name: 'pvc-protection',
  finalizer: 'kubernetes.io/pvc-protection',
  isUsed: (claim, cache) =>
    cache.by(pod, claimIndex, keyOf(claim)).some((p) => Boolean(p.spec.nodeName) && uses(p, claim)),
  watches: [watch(pod, (next, old) => [...claimsOf(next), ...claimsOf(old)])],
  setup: (cache) => cache.informer(pod).addIndex(claimIndex, claimsOf),
});

export const volumeProtectionController = protection(persistentVolume, {
  name: 'pv-protection',
  finalizer: 'kubernetes.io/pv-protection',
  isUsed: ({ status }) => status.phase === 'Bound',
});

const names = (...all: (string | undefined)[]): string[] => all.filter((n) => n !== undefined && n !== '') as string[];
const classesOf = ({ spec, status }: PersistentVolumeClaim): string[] =>
  names(
    spec.volumeAttributesClassName,
    status.currentVolumeAttributesClassName,
    status.modifyVolumeStatus?.targetVolumeAttributesClassName,
  );

export const attributesClassProtectionController = protection(volumeAttributesClass, {
  name: 'volumeattributesclass-protection',
  finalizer: 'kubernetes.io/vac-protection',
  isUsed: ({ metadata: { name } }, cache) =>
    cache.list(persistentVolume).some(({ spec }) => spec.volumeAttributesClassName === name) ||
    cache.list(persistentVolumeClaim).some((claim) => classesOf(claim).includes(name!)),
  watches: [
    watch(persistentVolume, (_next, old) => names(old?.spec.volumeAttributesClassName)),
    watch(persistentVolumeClaim, (_next, old) => (old ? classesOf(old) : [])),
  ],
});

interface Protection<O extends KubeObject> {
  readonly name: string;
  readonly finalizer: string;
  readonly isUsed: (object: O, cache: CacheView) => boolean;
  readonly watches?: readonly ReturnType<typeof watch>[];
  readonly setup?: (cache: CacheView) => void;
}

function protection<O extends KubeObject, M>(
  kind: Kind<O, M>,
  { name, finalizer, isUsed, watches = [], setup }: Protection<O>,
): Controller {
  return defineController<O, M>({
    name,
    component: `${name}-controller`,
    for: kind,
    watches,
    ...(setup && { setup }),
    async reconcile(object, { client, cache, signal }) {
      const write = { finalizer, client, signal };
      if (!object.metadata.deletionTimestamp) await addFinalizer(kind, object, write);
      else if (!isUsed(object, cache)) await removeFinalizer(kind, object, write);
    },
  });
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

function claimsOf(p: Pod | undefined): string[] {
  if (!p) return [];
  const { name, namespace } = p.metadata;
  return (p.spec.volumes ?? []).flatMap(({ name: volume, persistentVolumeClaim: claim, ephemeral }) =>
    claim ? [`${namespace}/${claim.claimName}`] : ephemeral ? [`${namespace}/${name}-${volume}`] : [],
  );
}

/** A claim that came with a pod is let go with it, even while the pod itself waits for something. */
function uses(p: Pod, { metadata }: PersistentVolumeClaim): boolean {
  const isShutDown = p.metadata.deletionTimestamp !== undefined && p.metadata.deletionGracePeriodSeconds === 0;
  const isOwn = metadata.ownerReferences?.some((o) => o.controller && o.uid === p.metadata.uid);
  return (p.spec.volumes ?? []).some(({ name, persistentVolumeClaim: claim, ephemeral }) =>
    claim
      ? claim.claimName === metadata.name
      : Boolean(ephemeral && isOwn && !isShutDown && `${p.metadata.name}-${name}` === metadata.name),
  );
}
