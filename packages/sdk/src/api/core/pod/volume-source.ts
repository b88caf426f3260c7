import { s, type Struct } from '../../../schema/index.ts';
import { localObjectReference } from '../object-reference.ts';

const awsElasticBlockStoreVolumeSourceShape = s.struct('io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource', {
  volumeID: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  partition: s.zero(3, s.int32()),
  readOnly: s.zero(4, s.bool()),
});
export interface AWSElasticBlockStoreVolumeSource extends s.Out<typeof awsElasticBlockStoreVolumeSourceShape> {}
export interface AWSElasticBlockStoreVolumeSourceManifest extends s.In<typeof awsElasticBlockStoreVolumeSourceShape> {}
export const awsElasticBlockStoreVolumeSource: Struct<
  AWSElasticBlockStoreVolumeSource,
  AWSElasticBlockStoreVolumeSourceManifest
> = awsElasticBlockStoreVolumeSourceShape;

const azureDiskVolumeSourceShape = s.struct('io.k8s.api.core.v1.AzureDiskVolumeSource', {
  diskName: s.req(1, s.str()),
  diskURI: s.req(2, s.str()),
  cachingMode: s.opt(3, s.oneOf('None', 'ReadOnly', 'ReadWrite'), { default: 'ReadWrite' }),
  fsType: s.opt(4, s.str(), { default: 'ext4' }),
  readOnly: s.opt(5, s.bool(), { fill: false }),
  kind: s.opt(6, s.oneOf('Dedicated', 'Managed', 'Shared'), { default: 'Shared' }),
});
export interface AzureDiskVolumeSource extends s.Out<typeof azureDiskVolumeSourceShape> {}
export interface AzureDiskVolumeSourceManifest extends s.In<typeof azureDiskVolumeSourceShape> {}
export const azureDiskVolumeSource: Struct<AzureDiskVolumeSource, AzureDiskVolumeSourceManifest> =
  azureDiskVolumeSourceShape;

const azureFileVolumeSourceShape = s.struct('io.k8s.api.core.v1.AzureFileVolumeSource', {
  secretName: s.req(1, s.str()),
  shareName: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
});
export interface AzureFileVolumeSource extends s.Out<typeof azureFileVolumeSourceShape> {}
export interface AzureFileVolumeSourceManifest extends s.In<typeof azureFileVolumeSourceShape> {}
export const azureFileVolumeSource: Struct<AzureFileVolumeSource, AzureFileVolumeSourceManifest> =
  azureFileVolumeSourceShape;

const cephFSVolumeSourceShape = s.struct('io.k8s.api.core.v1.CephFSVolumeSource', {
  monitors: s.req(1, s.list(s.str())),
  path: s.zero(2, s.str()),
  user: s.zero(3, s.str()),
  secretFile: s.zero(4, s.str()),
  secretRef: s.opt(5, localObjectReference),
  readOnly: s.zero(6, s.bool()),
});
export interface CephFSVolumeSource extends s.Out<typeof cephFSVolumeSourceShape> {}
export interface CephFSVolumeSourceManifest extends s.In<typeof cephFSVolumeSourceShape> {}
export const cephFSVolumeSource: Struct<CephFSVolumeSource, CephFSVolumeSourceManifest> = cephFSVolumeSourceShape;

const cinderVolumeSourceShape = s.struct('io.k8s.api.core.v1.CinderVolumeSource', {
  volumeID: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  readOnly: s.zero(3, s.bool()),
  secretRef: s.opt(4, localObjectReference),
});
export interface CinderVolumeSource extends s.Out<typeof cinderVolumeSourceShape> {}
export interface CinderVolumeSourceManifest extends s.In<typeof cinderVolumeSourceShape> {}
export const cinderVolumeSource: Struct<CinderVolumeSource, CinderVolumeSourceManifest> = cinderVolumeSourceShape;

const csiVolumeSourceShape = s.struct('io.k8s.api.core.v1.CSIVolumeSource', {
  driver: s.req(1, s.str()),
  readOnly: s.opt(2, s.bool()),
  fsType: s.opt(3, s.str()),
  volumeAttributes: s.zero(4, s.map(s.str())),
  nodePublishSecretRef: s.opt(5, localObjectReference),
});
export interface CSIVolumeSource extends s.Out<typeof csiVolumeSourceShape> {}
export interface CSIVolumeSourceManifest extends s.In<typeof csiVolumeSourceShape> {}
export const csiVolumeSource: Struct<CSIVolumeSource, CSIVolumeSourceManifest> = csiVolumeSourceShape;

const fcVolumeSourceShape = s.struct('io.k8s.api.core.v1.FCVolumeSource', {
  targetWWNs: s.zero(1, s.list(s.str())),
  lun: s.opt(2, s.int32()),
  fsType: s.zero(3, s.str()),
  readOnly: s.zero(4, s.bool()),
  wwids: s.zero(5, s.list(s.str())),
});
export interface FCVolumeSource extends s.Out<typeof fcVolumeSourceShape> {}
export interface FCVolumeSourceManifest extends s.In<typeof fcVolumeSourceShape> {}
export const fcVolumeSource: Struct<FCVolumeSource, FCVolumeSourceManifest> = fcVolumeSourceShape;

const flexVolumeSourceShape = s.struct('io.k8s.api.core.v1.FlexVolumeSource', {
  driver: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  secretRef: s.opt(3, localObjectReference),
  readOnly: s.zero(4, s.bool()),
  options: s.zero(5, s.map(s.str())),
});
export interface FlexVolumeSource extends s.Out<typeof flexVolumeSourceShape> {}
export interface FlexVolumeSourceManifest extends s.In<typeof flexVolumeSourceShape> {}
export const flexVolumeSource: Struct<FlexVolumeSource, FlexVolumeSourceManifest> = flexVolumeSourceShape;

const flockerVolumeSourceShape = s.struct('io.k8s.api.core.v1.FlockerVolumeSource', {
  datasetName: s.zero(1, s.str()),
  datasetUUID: s.zero(2, s.str()),
});
export interface FlockerVolumeSource extends s.Out<typeof flockerVolumeSourceShape> {}
export interface FlockerVolumeSourceManifest extends s.In<typeof flockerVolumeSourceShape> {}
export const flockerVolumeSource: Struct<FlockerVolumeSource, FlockerVolumeSourceManifest> = flockerVolumeSourceShape;

const gcePersistentDiskVolumeSourceShape = s.struct('io.k8s.api.core.v1.GCEPersistentDiskVolumeSource', {
  pdName: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  partition: s.zero(3, s.int32()),
  readOnly: s.zero(4, s.bool()),
});
export interface GCEPersistentDiskVolumeSource extends s.Out<typeof gcePersistentDiskVolumeSourceShape> {}
export interface GCEPersistentDiskVolumeSourceManifest extends s.In<typeof gcePersistentDiskVolumeSourceShape> {}
export const gcePersistentDiskVolumeSource: Struct<
  GCEPersistentDiskVolumeSource,
  GCEPersistentDiskVolumeSourceManifest
> = gcePersistentDiskVolumeSourceShape;

const gitRepoVolumeSourceShape = s.struct('io.k8s.api.core.v1.GitRepoVolumeSource', {
  repository: s.req(1, s.str()),
  revision: s.zero(2, s.str()),
  directory: s.zero(3, s.str()),
});
export interface GitRepoVolumeSource extends s.Out<typeof gitRepoVolumeSourceShape> {}
export interface GitRepoVolumeSourceManifest extends s.In<typeof gitRepoVolumeSourceShape> {}
export const gitRepoVolumeSource: Struct<GitRepoVolumeSource, GitRepoVolumeSourceManifest> = gitRepoVolumeSourceShape;

const glusterfsVolumeSourceShape = s.struct('io.k8s.api.core.v1.GlusterfsVolumeSource', {
  endpoints: s.req(1, s.str()),
  path: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
});
export interface GlusterfsVolumeSource extends s.Out<typeof glusterfsVolumeSourceShape> {}
export interface GlusterfsVolumeSourceManifest extends s.In<typeof glusterfsVolumeSourceShape> {}
export const glusterfsVolumeSource: Struct<GlusterfsVolumeSource, GlusterfsVolumeSourceManifest> =
  glusterfsVolumeSourceShape;

const iscsiVolumeSourceShape = s.struct('io.k8s.api.core.v1.ISCSIVolumeSource', {
  targetPortal: s.req(1, s.str()),
  iqn: s.req(2, s.str()),
  lun: s.req(3, s.int32()),
  iscsiInterface: s.zero(4, s.str(), { default: 'default' }),
  fsType: s.zero(5, s.str()),
  readOnly: s.zero(6, s.bool()),
  portals: s.zero(7, s.list(s.str())),
  chapAuthDiscovery: s.zero(8, s.bool()),
  chapAuthSession: s.zero(11, s.bool()),
  secretRef: s.opt(10, localObjectReference),
  initiatorName: s.opt(12, s.str()),
});
export interface ISCSIVolumeSource extends s.Out<typeof iscsiVolumeSourceShape> {}
export interface ISCSIVolumeSourceManifest extends s.In<typeof iscsiVolumeSourceShape> {}
export const iscsiVolumeSource: Struct<ISCSIVolumeSource, ISCSIVolumeSourceManifest> = iscsiVolumeSourceShape;

const nfsVolumeSourceShape = s.struct('io.k8s.api.core.v1.NFSVolumeSource', {
  server: s.req(1, s.str()),
  path: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
});
export interface NFSVolumeSource extends s.Out<typeof nfsVolumeSourceShape> {}
export interface NFSVolumeSourceManifest extends s.In<typeof nfsVolumeSourceShape> {}
export const nfsVolumeSource: Struct<NFSVolumeSource, NFSVolumeSourceManifest> = nfsVolumeSourceShape;

const photonPersistentDiskVolumeSourceShape = s.struct('io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource', {
  pdID: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
});
export interface PhotonPersistentDiskVolumeSource extends s.Out<typeof photonPersistentDiskVolumeSourceShape> {}
export interface PhotonPersistentDiskVolumeSourceManifest extends s.In<typeof photonPersistentDiskVolumeSourceShape> {}
export const photonPersistentDiskVolumeSource: Struct<
  PhotonPersistentDiskVolumeSource,
  PhotonPersistentDiskVolumeSourceManifest
> = photonPersistentDiskVolumeSourceShape;

const portworxVolumeSourceShape = s.struct('io.k8s.api.core.v1.PortworxVolumeSource', {
  volumeID: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  readOnly: s.zero(3, s.bool()),
});
export interface PortworxVolumeSource extends s.Out<typeof portworxVolumeSourceShape> {}
export interface PortworxVolumeSourceManifest extends s.In<typeof portworxVolumeSourceShape> {}
export const portworxVolumeSource: Struct<PortworxVolumeSource, PortworxVolumeSourceManifest> =
  portworxVolumeSourceShape;

const quobyteVolumeSourceShape = s.struct('io.k8s.api.core.v1.QuobyteVolumeSource', {
  registry: s.req(1, s.str()),
  volume: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
  user: s.zero(4, s.str()),
  group: s.zero(5, s.str()),
  tenant: s.zero(6, s.str()),
});
export interface QuobyteVolumeSource extends s.Out<typeof quobyteVolumeSourceShape> {}
export interface QuobyteVolumeSourceManifest extends s.In<typeof quobyteVolumeSourceShape> {}
export const quobyteVolumeSource: Struct<QuobyteVolumeSource, QuobyteVolumeSourceManifest> = quobyteVolumeSourceShape;

const rbdVolumeSourceShape = s.struct('io.k8s.api.core.v1.RBDVolumeSource', {
  monitors: s.req(1, s.list(s.str())),
  image: s.req(2, s.str()),
  fsType: s.zero(3, s.str()),
  pool: s.zero(4, s.str(), { default: 'rbd' }),
  user: s.zero(5, s.str(), { default: 'admin' }),
  keyring: s.zero(6, s.str(), { default: '/etc/ceph/keyring' }),
  secretRef: s.opt(7, localObjectReference),
  readOnly: s.zero(8, s.bool()),
});
export interface RBDVolumeSource extends s.Out<typeof rbdVolumeSourceShape> {}
export interface RBDVolumeSourceManifest extends s.In<typeof rbdVolumeSourceShape> {}
export const rbdVolumeSource: Struct<RBDVolumeSource, RBDVolumeSourceManifest> = rbdVolumeSourceShape;

const scaleIOVolumeSourceShape = s.struct('io.k8s.api.core.v1.ScaleIOVolumeSource', {
  gateway: s.req(1, s.str()),
  system: s.req(2, s.str()),
  secretRef: s.req(3, localObjectReference, { nullable: true }),
  sslEnabled: s.zero(4, s.bool()),
  protectionDomain: s.zero(5, s.str()),
  storagePool: s.zero(6, s.str()),
  storageMode: s.zero(7, s.str(), { default: 'ThinProvisioned' }),
  volumeName: s.zero(8, s.str()),
  fsType: s.zero(9, s.str(), { default: 'xfs' }),
  readOnly: s.zero(10, s.bool()),
});
export interface ScaleIOVolumeSource extends s.Out<typeof scaleIOVolumeSourceShape> {}
export interface ScaleIOVolumeSourceManifest extends s.In<typeof scaleIOVolumeSourceShape> {}
export const scaleIOVolumeSource: Struct<ScaleIOVolumeSource, ScaleIOVolumeSourceManifest> = scaleIOVolumeSourceShape;

const storageOSVolumeSourceShape = s.struct('io.k8s.api.core.v1.StorageOSVolumeSource', {
  volumeName: s.zero(1, s.str()),
  volumeNamespace: s.zero(2, s.str()),
  fsType: s.zero(3, s.str()),
  readOnly: s.zero(4, s.bool()),
  secretRef: s.opt(5, localObjectReference),
});
export interface StorageOSVolumeSource extends s.Out<typeof storageOSVolumeSourceShape> {}
export interface StorageOSVolumeSourceManifest extends s.In<typeof storageOSVolumeSourceShape> {}
export const storageOSVolumeSource: Struct<StorageOSVolumeSource, StorageOSVolumeSourceManifest> =
  storageOSVolumeSourceShape;

const vsphereVirtualDiskVolumeSourceShape = s.struct('io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource', {
  volumePath: s.req(1, s.str()),
  fsType: s.zero(2, s.str()),
  storagePolicyName: s.zero(3, s.str()),
  storagePolicyID: s.zero(4, s.str()),
});
export interface VsphereVirtualDiskVolumeSource extends s.Out<typeof vsphereVirtualDiskVolumeSourceShape> {}
export interface VsphereVirtualDiskVolumeSourceManifest extends s.In<typeof vsphereVirtualDiskVolumeSourceShape> {}
export const vsphereVirtualDiskVolumeSource: Struct<
  VsphereVirtualDiskVolumeSource,
  VsphereVirtualDiskVolumeSourceManifest
> = vsphereVirtualDiskVolumeSourceShape;
