import { s, type Struct } from '../../../schema/index.ts';
import { nodeSelector } from '../node-selector.ts';
import { objectReference } from '../object-reference.ts';
import {
  awsElasticBlockStoreVolumeSource,
  azureDiskVolumeSource,
  fcVolumeSource,
  flockerVolumeSource,
  gcePersistentDiskVolumeSource,
  nfsVolumeSource,
  photonPersistentDiskVolumeSource,
  portworxVolumeSource,
  quobyteVolumeSource,
  vsphereVirtualDiskVolumeSource,
} from '../pod/volume-source.ts';
import { hostPathVolumeSource } from '../pod/volume.ts';

const azureFilePersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.AzureFilePersistentVolumeSource', {
  secretName: s.req(1, s.str()),
  shareName: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
  secretNamespace: s.held(4, s.str(), { nullable: true }),
});
export interface AzureFilePersistentVolumeSource extends s.Out<typeof azureFilePersistentVolumeSourceShape> {}
export interface AzureFilePersistentVolumeSourceManifest extends s.In<typeof azureFilePersistentVolumeSourceShape> {}
export const azureFilePersistentVolumeSource: Struct<
  AzureFilePersistentVolumeSource,
  AzureFilePersistentVolumeSourceManifest
> = azureFilePersistentVolumeSourceShape;

const secretReferenceShape = s.struct(
  'io.k8s.api.core.v1.SecretReference',
  {
    name: s.zero(1, s.str()),
    namespace: s.zero(2, s.str()),
  },
  { atomic: true },
);
export interface SecretReference extends s.Out<typeof secretReferenceShape> {}
export interface SecretReferenceManifest extends s.In<typeof secretReferenceShape> {}
export const secretReference: Struct<SecretReference, SecretReferenceManifest> = secretReferenceShape;

const cephFSPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.CephFSPersistentVolumeSource', {
  monitors: s.req(1, s.list(s.str())),
  path: s.zero(2, s.str()),
  user: s.zero(3, s.str()),
  secretFile: s.zero(4, s.str()),
  secretRef: s.opt(5, secretReference),
  readOnly: s.zero(6, s.bool()),
});
export interface CephFSPersistentVolumeSource extends s.Out<typeof cephFSPersistentVolumeSourceShape> {}
export interface CephFSPersistentVolumeSourceManifest extends s.In<typeof cephFSPersistentVolumeSourceShape> {}
export const cephFSPersistentVolumeSource: Struct<CephFSPersistentVolumeSource, CephFSPersistentVolumeSourceManifest> =
  cephFSPersistentVolumeSourceShape;

const cinderPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.CinderPersistentVolumeSource', {
  volumeID: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  readOnly: s.zero(3, s.bool()),
  secretRef: s.opt(4, secretReference),
});
export interface CinderPersistentVolumeSource extends s.Out<typeof cinderPersistentVolumeSourceShape> {}
export interface CinderPersistentVolumeSourceManifest extends s.In<typeof cinderPersistentVolumeSourceShape> {}
export const cinderPersistentVolumeSource: Struct<CinderPersistentVolumeSource, CinderPersistentVolumeSourceManifest> =
  cinderPersistentVolumeSourceShape;

const csiPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.CSIPersistentVolumeSource', {
  driver: s.req(1, s.str()),
  volumeHandle: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
  fsType: s.zero(4, s.str()),
  volumeAttributes: s.zero(5, s.map(s.str())),
  controllerPublishSecretRef: s.opt(6, secretReference),
  nodeStageSecretRef: s.opt(7, secretReference),
  nodePublishSecretRef: s.opt(8, secretReference),
  controllerExpandSecretRef: s.opt(9, secretReference),
  nodeExpandSecretRef: s.opt(10, secretReference),
});
export interface CSIPersistentVolumeSource extends s.Out<typeof csiPersistentVolumeSourceShape> {}
export interface CSIPersistentVolumeSourceManifest extends s.In<typeof csiPersistentVolumeSourceShape> {}
export const csiPersistentVolumeSource: Struct<CSIPersistentVolumeSource, CSIPersistentVolumeSourceManifest> =
  csiPersistentVolumeSourceShape;

const flexPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.FlexPersistentVolumeSource', {
  driver: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  secretRef: s.opt(3, secretReference),
  readOnly: s.zero(4, s.bool()),
  options: s.zero(5, s.map(s.str())),
});
export interface FlexPersistentVolumeSource extends s.Out<typeof flexPersistentVolumeSourceShape> {}
export interface FlexPersistentVolumeSourceManifest extends s.In<typeof flexPersistentVolumeSourceShape> {}
export const flexPersistentVolumeSource: Struct<FlexPersistentVolumeSource, FlexPersistentVolumeSourceManifest> =
  flexPersistentVolumeSourceShape;

const glusterfsPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.GlusterfsPersistentVolumeSource', {
  endpoints: s.req(1, s.str()),
  path: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
  endpointsNamespace: s.opt(4, s.str()),
});
export interface GlusterfsPersistentVolumeSource extends s.Out<typeof glusterfsPersistentVolumeSourceShape> {}
export interface GlusterfsPersistentVolumeSourceManifest extends s.In<typeof glusterfsPersistentVolumeSourceShape> {}
export const glusterfsPersistentVolumeSource: Struct<
  GlusterfsPersistentVolumeSource,
  GlusterfsPersistentVolumeSourceManifest
> = glusterfsPersistentVolumeSourceShape;

const iscsiPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.ISCSIPersistentVolumeSource', {
  targetPortal: s.req(1, s.str()),
  iqn: s.req(2, s.str()),
  lun: s.req(3, s.int32()),
  iscsiInterface: s.zero(4, s.str(), { default: 'default' }),
  fsType: s.zero(5, s.str()),
  readOnly: s.zero(6, s.bool()),
  portals: s.zero(7, s.list(s.str())),
  chapAuthDiscovery: s.zero(8, s.bool()),
  chapAuthSession: s.zero(11, s.bool()),
  secretRef: s.opt(10, secretReference),
  initiatorName: s.opt(12, s.str()),
});
export interface ISCSIPersistentVolumeSource extends s.Out<typeof iscsiPersistentVolumeSourceShape> {}
export interface ISCSIPersistentVolumeSourceManifest extends s.In<typeof iscsiPersistentVolumeSourceShape> {}
export const iscsiPersistentVolumeSource: Struct<ISCSIPersistentVolumeSource, ISCSIPersistentVolumeSourceManifest> =
  iscsiPersistentVolumeSourceShape;

const localVolumeSourceShape = s.struct('io.k8s.api.core.v1.LocalVolumeSource', {
  path: s.req(1, s.str()),
  fsType: s.opt(2, s.str()),
});
export interface LocalVolumeSource extends s.Out<typeof localVolumeSourceShape> {}
export interface LocalVolumeSourceManifest extends s.In<typeof localVolumeSourceShape> {}
export const localVolumeSource: Struct<LocalVolumeSource, LocalVolumeSourceManifest> = localVolumeSourceShape;

const volumeNodeAffinityShape = s.struct('io.k8s.api.core.v1.VolumeNodeAffinity', {
  required: s.opt(1, nodeSelector),
});
export interface VolumeNodeAffinity extends s.Out<typeof volumeNodeAffinityShape> {}
export interface VolumeNodeAffinityManifest extends s.In<typeof volumeNodeAffinityShape> {}
export const volumeNodeAffinity: Struct<VolumeNodeAffinity, VolumeNodeAffinityManifest> = volumeNodeAffinityShape;

const rbdPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.RBDPersistentVolumeSource', {
  monitors: s.req(1, s.list(s.str())),
  image: s.req(2, s.str()),
  fsType: s.zero(3, s.str()),
  pool: s.zero(4, s.str(), { default: 'rbd' }),
  user: s.zero(5, s.str(), { default: 'admin' }),
  keyring: s.zero(6, s.str(), { default: '/etc/ceph/keyring' }),
  secretRef: s.opt(7, secretReference),
  readOnly: s.zero(8, s.bool()),
});
export interface RBDPersistentVolumeSource extends s.Out<typeof rbdPersistentVolumeSourceShape> {}
export interface RBDPersistentVolumeSourceManifest extends s.In<typeof rbdPersistentVolumeSourceShape> {}
export const rbdPersistentVolumeSource: Struct<RBDPersistentVolumeSource, RBDPersistentVolumeSourceManifest> =
  rbdPersistentVolumeSourceShape;

const scaleIOPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.ScaleIOPersistentVolumeSource', {
  gateway: s.req(1, s.str()),
  system: s.req(2, s.str()),
  secretRef: s.req(3, secretReference, { nullable: true }),
  sslEnabled: s.zero(4, s.bool()),
  protectionDomain: s.zero(5, s.str()),
  storagePool: s.zero(6, s.str()),
  storageMode: s.zero(7, s.str(), { default: 'ThinProvisioned' }),
  volumeName: s.zero(8, s.str()),
  fsType: s.zero(9, s.str(), { default: 'xfs' }),
  readOnly: s.zero(10, s.bool()),
});
export interface ScaleIOPersistentVolumeSource extends s.Out<typeof scaleIOPersistentVolumeSourceShape> {}
export interface ScaleIOPersistentVolumeSourceManifest extends s.In<typeof scaleIOPersistentVolumeSourceShape> {}
export const scaleIOPersistentVolumeSource: Struct<
  ScaleIOPersistentVolumeSource,
  ScaleIOPersistentVolumeSourceManifest
> = scaleIOPersistentVolumeSourceShape;

const storageOSPersistentVolumeSourceShape = s.struct('io.k8s.api.core.v1.StorageOSPersistentVolumeSource', {
  volumeName: s.zero(1, s.str()),
  volumeNamespace: s.zero(2, s.str()),
  fsType: s.zero(3, s.str()),
  readOnly: s.zero(4, s.bool()),
  secretRef: s.opt(5, objectReference),
});
export interface StorageOSPersistentVolumeSource extends s.Out<typeof storageOSPersistentVolumeSourceShape> {}
export interface StorageOSPersistentVolumeSourceManifest extends s.In<typeof storageOSPersistentVolumeSourceShape> {}
export const storageOSPersistentVolumeSource: Struct<
  StorageOSPersistentVolumeSource,
  StorageOSPersistentVolumeSourceManifest
> = storageOSPersistentVolumeSourceShape;

const persistentVolumeSpecShape = s.struct('io.k8s.api.core.v1.PersistentVolumeSpec', {
  capacity: s.zero(1, s.amounts()),
  ...s.embed(2, 'PersistentVolumeSource', {
    gcePersistentDisk: s.opt(1, gcePersistentDiskVolumeSource),
    awsElasticBlockStore: s.opt(2, awsElasticBlockStoreVolumeSource),
    hostPath: s.opt(3, hostPathVolumeSource),
    glusterfs: s.opt(4, glusterfsPersistentVolumeSource),
    nfs: s.opt(5, nfsVolumeSource),
    rbd: s.opt(6, rbdPersistentVolumeSource),
    iscsi: s.opt(7, iscsiPersistentVolumeSource),
    cinder: s.opt(8, cinderPersistentVolumeSource),
    cephfs: s.opt(9, cephFSPersistentVolumeSource),
    fc: s.opt(10, fcVolumeSource),
    flocker: s.opt(11, flockerVolumeSource),
    flexVolume: s.opt(12, flexPersistentVolumeSource),
    azureFile: s.opt(13, azureFilePersistentVolumeSource),
    vsphereVolume: s.opt(14, vsphereVirtualDiskVolumeSource),
    quobyte: s.opt(15, quobyteVolumeSource),
    azureDisk: s.opt(16, azureDiskVolumeSource),
    photonPersistentDisk: s.opt(17, photonPersistentDiskVolumeSource),
    portworxVolume: s.opt(18, portworxVolumeSource),
    scaleIO: s.opt(19, scaleIOPersistentVolumeSource),
    local: s.opt(20, localVolumeSource),
    storageos: s.opt(21, storageOSPersistentVolumeSource),
    csi: s.opt(22, csiPersistentVolumeSource),
  }),
  accessModes: s.zero(3, s.list(s.oneOf('ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'))),
  claimRef: s.opt(4, s.granular(objectReference)),
  persistentVolumeReclaimPolicy: s.zero(5, s.oneOf('Delete', 'Recycle', 'Retain')),
  storageClassName: s.zero(6, s.str()),
  mountOptions: s.zero(7, s.list(s.str())),
  volumeMode: s.opt(8, s.oneOf('Block', 'Filesystem')),
  nodeAffinity: s.opt(9, volumeNodeAffinity),
  volumeAttributesClassName: s.opt(10, s.str()),
});
export interface PersistentVolumeSpec extends s.Out<typeof persistentVolumeSpecShape> {}
export interface PersistentVolumeSpecManifest extends s.In<typeof persistentVolumeSpecShape> {}
export const persistentVolumeSpec: Struct<PersistentVolumeSpec, PersistentVolumeSpecManifest> =
  persistentVolumeSpecShape;

const persistentVolumeStatusShape = s.struct('io.k8s.api.core.v1.PersistentVolumeStatus', {
  phase: s.zero(1, s.oneOf('Available', 'Bound', 'Failed', 'Pending', 'Released')),
  message: s.zero(2, s.str()),
  reason: s.zero(3, s.str()),
  lastPhaseTransitionTime: s.opt(4, s.time()),
});
export interface PersistentVolumeStatus extends s.Out<typeof persistentVolumeStatusShape> {}
export interface PersistentVolumeStatusManifest extends s.In<typeof persistentVolumeStatusShape> {}
export const persistentVolumeStatus: Struct<PersistentVolumeStatus, PersistentVolumeStatusManifest> =
  persistentVolumeStatusShape;
