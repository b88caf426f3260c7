import { s, type Struct } from '../../../schema/index.ts';
import { typedLocalObjectReference, typedObjectReference } from '../object-reference.ts';
import { objectFieldSelector, resourceFieldSelector } from './env.ts';
import { volumeResourceRequirements } from './resources.ts';
import {
  awsElasticBlockStoreVolumeSource,
  azureDiskVolumeSource,
  azureFileVolumeSource,
  cephFSVolumeSource,
  cinderVolumeSource,
  csiVolumeSource,
  fcVolumeSource,
  flexVolumeSource,
  flockerVolumeSource,
  gcePersistentDiskVolumeSource,
  gitRepoVolumeSource,
  glusterfsVolumeSource,
  iscsiVolumeSource,
  nfsVolumeSource,
  photonPersistentDiskVolumeSource,
  portworxVolumeSource,
  quobyteVolumeSource,
  rbdVolumeSource,
  scaleIOVolumeSource,
  storageOSVolumeSource,
  vsphereVirtualDiskVolumeSource,
} from './volume-source.ts';
import { labelSelector } from '../../meta/label-selector.ts';
import { objectMeta } from '../../meta/object-meta.ts';
import { pullPolicyFor } from './pull-policy.ts';

const keyToPathShape = s.struct('io.k8s.api.core.v1.KeyToPath', {
  key: s.req(1, s.str()),
  path: s.req(2, s.str()),
  mode: s.opt(3, s.int32()),
});
export interface KeyToPath extends s.Out<typeof keyToPathShape> {}
export interface KeyToPathManifest extends s.In<typeof keyToPathShape> {}
export const keyToPath: Struct<KeyToPath, KeyToPathManifest> = keyToPathShape;

const configMapVolumeSourceShape = s.struct('io.k8s.api.core.v1.ConfigMapVolumeSource', {
  ...s.embed(1, 'LocalObjectReference', {
    name: s.zero(1, s.str()),
  }),
  items: s.zero(2, s.list(keyToPath)),
  defaultMode: s.opt(3, s.int32(), { fill: 0o644 }),
  optional: s.opt(4, s.bool()),
});
export interface ConfigMapVolumeSource extends s.Out<typeof configMapVolumeSourceShape> {}
export interface ConfigMapVolumeSourceManifest extends s.In<typeof configMapVolumeSourceShape> {}
export const configMapVolumeSource: Struct<ConfigMapVolumeSource, ConfigMapVolumeSourceManifest> =
  configMapVolumeSourceShape;

const secretVolumeSourceShape = s.struct('io.k8s.api.core.v1.SecretVolumeSource', {
  secretName: s.zero(1, s.str()),
  items: s.zero(2, s.list(keyToPath)),
  defaultMode: s.opt(3, s.int32(), { fill: 0o644 }),
  optional: s.opt(4, s.bool()),
});
export interface SecretVolumeSource extends s.Out<typeof secretVolumeSourceShape> {}
export interface SecretVolumeSourceManifest extends s.In<typeof secretVolumeSourceShape> {}
export const secretVolumeSource: Struct<SecretVolumeSource, SecretVolumeSourceManifest> = secretVolumeSourceShape;

const downwardAPIVolumeFileShape = s.struct('io.k8s.api.core.v1.DownwardAPIVolumeFile', {
  path: s.req(1, s.str()),
  fieldRef: s.opt(2, objectFieldSelector),
  resourceFieldRef: s.opt(3, resourceFieldSelector),
  mode: s.opt(4, s.int32()),
});
export interface DownwardAPIVolumeFile extends s.Out<typeof downwardAPIVolumeFileShape> {}
export interface DownwardAPIVolumeFileManifest extends s.In<typeof downwardAPIVolumeFileShape> {}
export const downwardAPIVolumeFile: Struct<DownwardAPIVolumeFile, DownwardAPIVolumeFileManifest> =
  downwardAPIVolumeFileShape;

const downwardAPIVolumeSourceShape = s.struct('io.k8s.api.core.v1.DownwardAPIVolumeSource', {
  items: s.zero(1, s.list(downwardAPIVolumeFile)),
  defaultMode: s.opt(2, s.int32(), { fill: 0o644 }),
});
export interface DownwardAPIVolumeSource extends s.Out<typeof downwardAPIVolumeSourceShape> {}
export interface DownwardAPIVolumeSourceManifest extends s.In<typeof downwardAPIVolumeSourceShape> {}
export const downwardAPIVolumeSource: Struct<DownwardAPIVolumeSource, DownwardAPIVolumeSourceManifest> =
  downwardAPIVolumeSourceShape;

const emptyDirVolumeSourceShape = s.struct('io.k8s.api.core.v1.EmptyDirVolumeSource', {
  medium: s.zero(1, s.str()),
  sizeLimit: s.opt(2, s.quantity()),
});
export interface EmptyDirVolumeSource extends s.Out<typeof emptyDirVolumeSourceShape> {}
export interface EmptyDirVolumeSourceManifest extends s.In<typeof emptyDirVolumeSourceShape> {}
export const emptyDirVolumeSource: Struct<EmptyDirVolumeSource, EmptyDirVolumeSourceManifest> =
  emptyDirVolumeSourceShape;

const hostPathVolumeSourceShape = s.struct('io.k8s.api.core.v1.HostPathVolumeSource', {
  path: s.req(1, s.str()),
  type: s.opt(
    2,
    s.oneOf('', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'),
    { fill: '' },
  ),
});
export interface HostPathVolumeSource extends s.Out<typeof hostPathVolumeSourceShape> {}
export interface HostPathVolumeSourceManifest extends s.In<typeof hostPathVolumeSourceShape> {}
export const hostPathVolumeSource: Struct<HostPathVolumeSource, HostPathVolumeSourceManifest> =
  hostPathVolumeSourceShape;

const imageVolumeSourceShape = s.struct('io.k8s.api.core.v1.ImageVolumeSource', {
  reference: s.zero(1, s.str()),
  pullPolicy: s.zero(2, s.oneOf('Always', 'IfNotPresent', 'Never'), { fill: pullPolicyFor }),
});
export interface ImageVolumeSource extends s.Out<typeof imageVolumeSourceShape> {}
export interface ImageVolumeSourceManifest extends s.In<typeof imageVolumeSourceShape> {}
export const imageVolumeSource: Struct<ImageVolumeSource, ImageVolumeSourceManifest> = imageVolumeSourceShape;

const persistentVolumeClaimVolumeSourceShape = s.struct('io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: s.req(1, s.str()),
  readOnly: s.zero(2, s.bool()),
});
export interface PersistentVolumeClaimVolumeSource extends s.Out<typeof persistentVolumeClaimVolumeSourceShape> {}
export interface PersistentVolumeClaimVolumeSourceManifest extends s.In<
  typeof persistentVolumeClaimVolumeSourceShape
> {}
export const persistentVolumeClaimVolumeSource: Struct<
  PersistentVolumeClaimVolumeSource,
  PersistentVolumeClaimVolumeSourceManifest
> = persistentVolumeClaimVolumeSourceShape;

const persistentVolumeClaimSpecShape = s.struct('io.k8s.api.core.v1.PersistentVolumeClaimSpec', {
  accessModes: s.zero(1, s.list(s.oneOf('ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'))),
  selector: s.opt(4, labelSelector),
  resources: s.held(2, volumeResourceRequirements),
  volumeName: s.zero(3, s.str()),
  storageClassName: s.opt(5, s.str()),
  volumeMode: s.opt(6, s.oneOf('Block', 'Filesystem'), { fill: 'Filesystem' }),
  dataSource: s.opt(7, typedLocalObjectReference),
  dataSourceRef: s.opt(8, typedObjectReference),
  volumeAttributesClassName: s.opt(9, s.str()),
});
export interface PersistentVolumeClaimSpec extends s.Out<typeof persistentVolumeClaimSpecShape> {}
export interface PersistentVolumeClaimSpecManifest extends s.In<typeof persistentVolumeClaimSpecShape> {}
export const persistentVolumeClaimSpec: Struct<PersistentVolumeClaimSpec, PersistentVolumeClaimSpecManifest> =
  persistentVolumeClaimSpecShape;

const persistentVolumeClaimTemplateShape = s.struct('io.k8s.api.core.v1.PersistentVolumeClaimTemplate', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, persistentVolumeClaimSpec),
});
export interface PersistentVolumeClaimTemplate extends s.Out<typeof persistentVolumeClaimTemplateShape> {}
export interface PersistentVolumeClaimTemplateManifest extends s.In<typeof persistentVolumeClaimTemplateShape> {}
export const persistentVolumeClaimTemplate: Struct<
  PersistentVolumeClaimTemplate,
  PersistentVolumeClaimTemplateManifest
> = persistentVolumeClaimTemplateShape;

const ephemeralVolumeSourceShape = s.struct('io.k8s.api.core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: s.opt(1, persistentVolumeClaimTemplate),
});
export interface EphemeralVolumeSource extends s.Out<typeof ephemeralVolumeSourceShape> {}
export interface EphemeralVolumeSourceManifest extends s.In<typeof ephemeralVolumeSourceShape> {}
export const ephemeralVolumeSource: Struct<EphemeralVolumeSource, EphemeralVolumeSourceManifest> =
  ephemeralVolumeSourceShape;

const configMapProjectionShape = s.struct('io.k8s.api.core.v1.ConfigMapProjection', {
  ...s.embed(1, 'LocalObjectReference', {
    name: s.zero(1, s.str()),
  }),
  items: s.zero(2, s.list(keyToPath)),
  optional: s.opt(4, s.bool()),
});
export interface ConfigMapProjection extends s.Out<typeof configMapProjectionShape> {}
export interface ConfigMapProjectionManifest extends s.In<typeof configMapProjectionShape> {}
export const configMapProjection: Struct<ConfigMapProjection, ConfigMapProjectionManifest> = configMapProjectionShape;

const secretProjectionShape = s.struct('io.k8s.api.core.v1.SecretProjection', {
  ...s.embed(1, 'LocalObjectReference', {
    name: s.zero(1, s.str()),
  }),
  items: s.zero(2, s.list(keyToPath)),
  optional: s.opt(4, s.bool()),
});
export interface SecretProjection extends s.Out<typeof secretProjectionShape> {}
export interface SecretProjectionManifest extends s.In<typeof secretProjectionShape> {}
export const secretProjection: Struct<SecretProjection, SecretProjectionManifest> = secretProjectionShape;

const downwardAPIProjectionShape = s.struct('io.k8s.api.core.v1.DownwardAPIProjection', {
  items: s.zero(1, s.list(downwardAPIVolumeFile)),
});
export interface DownwardAPIProjection extends s.Out<typeof downwardAPIProjectionShape> {}
export interface DownwardAPIProjectionManifest extends s.In<typeof downwardAPIProjectionShape> {}
export const downwardAPIProjection: Struct<DownwardAPIProjection, DownwardAPIProjectionManifest> =
  downwardAPIProjectionShape;

const serviceAccountTokenProjectionShape = s.struct('io.k8s.api.core.v1.ServiceAccountTokenProjection', {
  audience: s.zero(1, s.str()),
  expirationSeconds: s.opt(2, s.int64(), { fill: 3600 }),
  path: s.req(3, s.str()),
});
export interface ServiceAccountTokenProjection extends s.Out<typeof serviceAccountTokenProjectionShape> {}
export interface ServiceAccountTokenProjectionManifest extends s.In<typeof serviceAccountTokenProjectionShape> {}
export const serviceAccountTokenProjection: Struct<
  ServiceAccountTokenProjection,
  ServiceAccountTokenProjectionManifest
> = serviceAccountTokenProjectionShape;

const clusterTrustBundleProjectionShape = s.struct('io.k8s.api.core.v1.ClusterTrustBundleProjection', {
  name: s.opt(1, s.str()),
  signerName: s.opt(2, s.str()),
  labelSelector: s.opt(3, labelSelector),
  optional: s.opt(5, s.bool()),
  path: s.req(4, s.str()),
});
export interface ClusterTrustBundleProjection extends s.Out<typeof clusterTrustBundleProjectionShape> {}
export interface ClusterTrustBundleProjectionManifest extends s.In<typeof clusterTrustBundleProjectionShape> {}
export const clusterTrustBundleProjection: Struct<ClusterTrustBundleProjection, ClusterTrustBundleProjectionManifest> =
  clusterTrustBundleProjectionShape;

const podCertificateProjectionShape = s.struct('io.k8s.api.core.v1.PodCertificateProjection', {
  signerName: s.needed(1, s.str()),
  keyType: s.needed(2, s.str()),
  maxExpirationSeconds: s.opt(3, s.int32()),
  credentialBundlePath: s.zero(4, s.str()),
  keyPath: s.zero(5, s.str()),
  certificateChainPath: s.zero(6, s.str()),
  userAnnotations: s.zero(7, s.map(s.str())),
});
export interface PodCertificateProjection extends s.Out<typeof podCertificateProjectionShape> {}
export interface PodCertificateProjectionManifest extends s.In<typeof podCertificateProjectionShape> {}
export const podCertificateProjection: Struct<PodCertificateProjection, PodCertificateProjectionManifest> =
  podCertificateProjectionShape;

const volumeProjectionShape = s.struct('io.k8s.api.core.v1.VolumeProjection', {
  secret: s.opt(1, secretProjection),
  downwardAPI: s.opt(2, downwardAPIProjection),
  configMap: s.opt(3, configMapProjection),
  serviceAccountToken: s.opt(4, serviceAccountTokenProjection),
  clusterTrustBundle: s.opt(5, clusterTrustBundleProjection),
  podCertificate: s.opt(6, podCertificateProjection),
});
export interface VolumeProjection extends s.Out<typeof volumeProjectionShape> {}
export interface VolumeProjectionManifest extends s.In<typeof volumeProjectionShape> {}
export const volumeProjection: Struct<VolumeProjection, VolumeProjectionManifest> = volumeProjectionShape;

const projectedVolumeSourceShape = s.struct('io.k8s.api.core.v1.ProjectedVolumeSource', {
  sources: s.held(1, s.list(volumeProjection), { nullable: true }),
  defaultMode: s.opt(2, s.int32(), { fill: 0o644 }),
});
export interface ProjectedVolumeSource extends s.Out<typeof projectedVolumeSourceShape> {}
export interface ProjectedVolumeSourceManifest extends s.In<typeof projectedVolumeSourceShape> {}
export const projectedVolumeSource: Struct<ProjectedVolumeSource, ProjectedVolumeSourceManifest> =
  projectedVolumeSourceShape;

const volumeFields = {
  name: s.req(1, s.str()),
  ...s.embed(2, 'VolumeSource', {
    hostPath: s.opt(1, hostPathVolumeSource),
    emptyDir: s.opt(2, emptyDirVolumeSource),
    gcePersistentDisk: s.opt(3, gcePersistentDiskVolumeSource),
    awsElasticBlockStore: s.opt(4, awsElasticBlockStoreVolumeSource),
    gitRepo: s.opt(5, gitRepoVolumeSource),
    secret: s.opt(6, secretVolumeSource),
    nfs: s.opt(7, nfsVolumeSource),
    iscsi: s.opt(8, iscsiVolumeSource),
    glusterfs: s.opt(9, glusterfsVolumeSource),
    persistentVolumeClaim: s.opt(10, persistentVolumeClaimVolumeSource),
    rbd: s.opt(11, rbdVolumeSource),
    flexVolume: s.opt(12, flexVolumeSource),
    cinder: s.opt(13, cinderVolumeSource),
    cephfs: s.opt(14, cephFSVolumeSource),
    flocker: s.opt(15, flockerVolumeSource),
    downwardAPI: s.opt(16, downwardAPIVolumeSource),
    fc: s.opt(17, fcVolumeSource),
    azureFile: s.opt(18, azureFileVolumeSource),
    configMap: s.opt(19, configMapVolumeSource),
    vsphereVolume: s.opt(20, vsphereVirtualDiskVolumeSource),
    quobyte: s.opt(21, quobyteVolumeSource),
    azureDisk: s.opt(22, azureDiskVolumeSource),
    photonPersistentDisk: s.opt(23, photonPersistentDiskVolumeSource),
    projected: s.opt(26, projectedVolumeSource),
    portworxVolume: s.opt(24, portworxVolumeSource),
    scaleIO: s.opt(25, scaleIOVolumeSource),
    storageos: s.opt(27, storageOSVolumeSource),
    csi: s.opt(28, csiVolumeSource),
    ephemeral: s.opt(29, ephemeralVolumeSource),
    image: s.opt(30, imageVolumeSource),
  }),
} as const;
const volumeShape = s.struct('io.k8s.api.core.v1.Volume', volumeFields, {
  // A volume that says nothing of itself is an empty directory.
  fill: (v) => void (Object.keys(volumeFields).some((f) => f !== 'name' && v[f]) || (v['emptyDir'] = {})),
});
export interface Volume extends s.Out<typeof volumeShape> {}
export interface VolumeManifest extends s.In<typeof volumeShape> {}
export const volume: Struct<Volume, VolumeManifest> = volumeShape;
