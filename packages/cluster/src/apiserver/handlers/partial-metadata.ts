import type { KubeObject } from '@tiphys/sdk/machinery';

/** `meta.k8s.io` PartialObjectMetadata of an object: all that garbage collectors and metadata informers read. */
export const partialMetadata = ({ metadata }: KubeObject, version: string) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
});

export const partialMetadataList = (objects: readonly KubeObject[], version: string, metadata: unknown) => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  items: objects.map((o) => partialMetadata(o, version)),
});
