import { type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import { internalPackageOf } from './said-type.ts';
import type { Negotiated } from './negotiate.ts';

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

/** Refuses a form that an object can't be told in and only lists can, or the other way round. */
export function refuseMisfit({ as }: Negotiated, kind: AnyKind, isList: boolean): void {
  const misfit = isList ? 'PartialObjectMetadata' : 'PartialObjectMetadataList';
  if (as !== misfit) return;
  throw new StatusError(
    406,
    'NotAcceptable',
    `you requested ${as}, but the requested object is ${isList ? 'a list' : 'not a list'} (*${typeNameOf(kind, isList)})`,
  );
}

function typeNameOf({ group, kind, listKind, unstructured }: AnyKind, isList: boolean): string {
  if (unstructured) return `unstructured.Unstructured${isList ? 'List' : ''}`;
  return `${internalPackageOf(group)}.${isList ? listKind : kind}`;
}
