import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const storageTokenRequestShape = s.struct('io.k8s.api.storage.v1.TokenRequest', {
  audience: s.req(1, s.str()),
  expirationSeconds: s.opt(2, s.int64()),
});
export interface StorageTokenRequest extends s.Out<typeof storageTokenRequestShape> {}
export interface StorageTokenRequestManifest extends s.In<typeof storageTokenRequestShape> {}
export const storageTokenRequest: Struct<StorageTokenRequest, StorageTokenRequestManifest> = storageTokenRequestShape;

const csiDriverSpecShape = s.struct('io.k8s.api.storage.v1.CSIDriverSpec', {
  attachRequired: s.opt(1, s.bool()),
  podInfoOnMount: s.opt(2, s.bool()),
  volumeLifecycleModes: s.zero(3, s.set(s.str())),
  storageCapacity: s.opt(4, s.bool()),
  fsGroupPolicy: s.opt(5, s.str()),
  tokenRequests: s.zero(6, s.list(storageTokenRequest)),
  requiresRepublish: s.opt(7, s.bool()),
  seLinuxMount: s.opt(8, s.bool()),
  nodeAllocatableUpdatePeriodSeconds: s.opt(9, s.int64()),
  serviceAccountTokenInSecrets: s.opt(10, s.bool()),
  preventPodSchedulingIfMissing: s.opt(11, s.bool()),
});
export interface CSIDriverSpec extends s.Out<typeof csiDriverSpecShape> {}
export interface CSIDriverSpecManifest extends s.In<typeof csiDriverSpecShape> {}
export const csiDriverSpec: Struct<CSIDriverSpec, CSIDriverSpecManifest> = csiDriverSpecShape;

const csiDriverShape = s.struct('io.k8s.api.storage.v1.CSIDriver', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, csiDriverSpec),
});
export interface CSIDriver extends s.Out<typeof csiDriverShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CSIDriverManifest extends s.In<typeof csiDriverShape> {
  apiVersion?: string;
  kind?: string;
}
export const csiDriver: Kind<CSIDriver, CSIDriverManifest> = defineKind<CSIDriver, CSIDriverManifest>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  returnsDeleted: true,
  generation: true,
  unconditionalUpdate: false,
  schema: csiDriverShape,
});
