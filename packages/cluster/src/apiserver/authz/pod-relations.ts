import {
  persistentVolumeClaim,
  type Pod,
  pod as podKind,
  podCertificateRequest,
  resourceSlice,
  volumeAttachment,
} from '@tiphys/sdk/api';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import { podReferences } from '../admission/pod-references.ts';
import type { NodeRelations } from './node.ts';

/** What nodes' pods use, read off the pods that the watch cache lists by node. */
export function podRelations(objects: ClusterObjects): NodeRelations {
  // A pod's revision is one frozen object, so what it refers to is found out once.
  const known = new WeakMap<Pod, ReadonlySet<string>>();
  const referencesOf = (pod: Pod): ReadonlySet<string> => {
    let found = known.get(pod);
    if (!found) known.set(pod, (found = new Set(references(pod))));
    return found;
  };
  return {
    hasPod: (node, namespace, name) => objects.find(podKind, namespace, name)?.spec.nodeName === node,
    uses: (node, kind, namespace, name) =>
      objects
        .listBy(podKind, 'spec.nodeName', node)
        .some((pod) => pod.metadata.namespace === namespace && referencesOf(pod).has(`${kind}/${name}`)),
    hasVolume: (node, volume) =>
      objects.listBy(podKind, 'spec.nodeName', node).some((pod) =>
        [...referencesOf(pod)].some((reference) => {
          if (!reference.startsWith(claimed)) return false;
          const claim = objects.find(persistentVolumeClaim, pod.metadata.namespace!, reference.slice(claimed.length));
          return claim?.spec.volumeName === volume;
        }),
      ),
    hasAttachment: (node, name) => objects.find(volumeAttachment, '', name)?.spec.nodeName === node,
    hasSlice: (node, name) => objects.find(resourceSlice, '', name)?.spec.nodeName === node,
    hasCertificateRequest: (node, namespace, name) =>
      objects.find(podCertificateRequest, namespace, name)?.spec.nodeName === node,
  };
}

const claimed = 'claim/';

function* references({ metadata, spec, status }: Pod): Iterable<string> {
  // A node makes mirror pods itself: they must not open anything to it.
  if (metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return;
  if (spec.serviceAccountName) yield `serviceAccount/${spec.serviceAccountName}`;
  for (const { kind, name } of podReferences(spec)) yield `${kind}/${name}`;
  for (const v of spec.volumes ?? []) {
    if (v.persistentVolumeClaim) yield `claim/${v.persistentVolumeClaim.claimName}`;
    else if (v.ephemeral) yield `claim/${metadata.name}-${v.name}`;
  }
  for (const { name, resourceClaimName } of spec.resourceClaims ?? []) {
    const made = status.resourceClaimStatuses?.find((s) => s.name === name)?.resourceClaimName;
    if (resourceClaimName ?? made) yield `resourceClaim/${resourceClaimName ?? made}`;
  }
}
