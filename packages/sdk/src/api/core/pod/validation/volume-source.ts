import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  type FieldError,
  invalid,
  oneOfThese,
  type Path,
  present,
  problemsAt,
  rangeProblem,
  required,
  textNotSupported,
  tooLong,
} from '../../../../machinery/index.ts';
import type { Volume } from '../volume.ts';
import { validateConfigMapVolume, validateDownwardVolume, validateSecretVolume } from './projected.ts';
import { backstepProblems, validateDescendingPath } from './paths.ts';

/** The kinds of volume source, in the order in which upstream looks for them. */
export const sourceNames = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
] as const satisfies readonly (keyof Volume)[];

export type SourceName = (typeof sourceNames)[number];
type Source<N extends SourceName> = NonNullable<Volume[N]>;
type OwnRules = 'emptyDir' | 'projected' | 'ephemeral' | 'image';
type Rule<N extends SourceName> = (source: Source<N>, at: Path) => Iterable<FieldError>;

/** Where upstream's errors call a source otherwise than its field: as the second of two, and in its own checks. */
export const sourceAlias: Partial<Record<SourceName, { refused?: string; checked?: string }>> = {
  gcePersistentDisk: { checked: 'persistentDisk' },
  cephfs: { refused: 'cephFS' },
  downwardAPI: { refused: 'downwarAPI' },
};

/** Sources that need no more than to be looked at by themselves. */
export const legacySourceRules: { readonly [N in Exclude<SourceName, OwnRules>]: Rule<N> } = {
  *hostPath({ path, type }, at) {
    if (!path) return yield required(at.child('path'));
    yield* problemsAt(backstepProblems(path), path, at.child('path'));
    yield* oneOfThese(type, hostPathTypes, at.child('type'));
  },
  *gitRepo({ repository, directory }, at) {
    yield* present(repository, at.child('repository'));
    yield* validateDescendingPath(directory ?? '', at.child('directory'));
  },
  *gcePersistentDisk({ pdName, partition }, at) {
    yield* present(pdName, at.child('pdName'));
    yield* validatePartition(partition, at.child('partition'));
  },
  *awsElasticBlockStore({ volumeID, partition }, at) {
    yield* present(volumeID, at.child('volumeID'));
    yield* validatePartition(partition, at.child('partition'));
  },
  secret: validateSecretVolume,
  *nfs({ server, path }, at) {
    yield* present(server, at.child('server'));
    yield* present(path, at.child('path'));
    if (!path.startsWith('/')) yield invalid(at.child('path'), path, 'must be an absolute path');
  },
  *iscsi({ targetPortal, iqn, lun, chapAuthDiscovery, chapAuthSession, secretRef, initiatorName }, at) {
    yield* present(targetPortal, at.child('targetPortal'));
    if (!iqn) yield required(at.child('iqn'));
    else yield* validateInitiator(iqn, at.child('iqn'));
    yield* validateLun(lun, at.child('lun'));
    if ((chapAuthDiscovery || chapAuthSession) && !secretRef) yield required(at.child('secretRef'));
    if (initiatorName !== undefined) yield* validateInitiator(initiatorName, at.child('initiatorname'));
  },
  *glusterfs({ endpoints, path }, at) {
    yield* present(endpoints, at.child('endpoints'));
    yield* present(path, at.child('path'));
  },
  *flocker({ datasetName = '', datasetUUID }, at) {
    if (!datasetName && !datasetUUID) yield required(at, 'one of datasetName and datasetUUID is required');
    if (datasetName && datasetUUID) {
      yield invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
    }
    if (datasetName.includes('/')) yield invalid(at.child('datasetName'), datasetName, "must not contain '/'");
  },
  persistentVolumeClaim: ({ claimName }, at) => present(claimName, at.child('claimName')),
  *rbd({ monitors, image }, at) {
    yield* present(monitors, at.child('monitors'));
    yield* present(image, at.child('image'));
  },
  *cinder({ volumeID, secretRef }, at) {
    yield* present(volumeID, at.child('volumeID'));
    if (secretRef) yield* present(secretRef.name, at.child('secretRef', 'name'));
  },
  cephfs: ({ monitors }, at) => present(monitors, at.child('monitors')),
  *quobyte({ registry, volume, tenant = '' }, at) {
    const pairs = 'must be a host:port pair or multiple pairs separated by commas';
    if (!registry) yield required(at.child('registry'), pairs);
    else if (tenant.length >= 65) {
      yield required(at.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters');
    } else {
      for (const pair of registry.split(',')) {
        if (!isHostPort(pair)) yield invalid(at.child('registry'), registry, pairs);
      }
    }
    yield* present(volume, at.child('volume'));
  },
  downwardAPI: validateDownwardVolume,
  *fc({ targetWWNs = [], wwids = [], lun }, at) {
    const names = at.child('targetWWNs');
    if (!targetWWNs.length && !wwids.length)
      yield required(names, 'must specify either targetWWNs or wwids, but not both');
    if (targetWWNs.length && wwids.length) {
      yield invalid(names, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously');
    }
    if (!targetWWNs.length) return;
    if (lun === undefined) yield required(at.child('lun'), 'lun is required if targetWWNs is specified');
    else yield* validateLun(lun, at.child('lun'));
  },
  *flexVolume({ driver, options }, at) {
    yield* present(driver, at.child('driver'));
    for (const key of Object.keys(options ?? {}).sort()) {
      const namespace = `.${key.split('/')[0]!.toLowerCase()}`;
      if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')) {
        yield invalid(at.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved');
      }
    }
  },
  configMap: validateConfigMapVolume,
  *azureFile({ secretName, shareName }, at) {
    yield* present(secretName, at.child('secretName'));
    yield* present(shareName, at.child('shareName'));
  },
  vsphereVolume: ({ volumePath }, at) => present(volumePath, at.child('volumePath')),
  photonPersistentDisk: ({ pdID }, at) => present(pdID, at.child('pdID')),
  portworxVolume: ({ volumeID }, at) => present(volumeID, at.child('volumeID')),
  *azureDisk({ diskName, diskURI, cachingMode, kind }, at) {
    yield* present(diskName, at.child('diskName'));
    yield* present(diskURI, at.child('diskURI'));
    yield* oneOfThese(cachingMode, ['None', 'ReadOnly', 'ReadWrite'], at.child('cachingMode'));
    yield* oneOfThese(kind, ['Dedicated', 'Managed', 'Shared'], at.child('kind'));
    if (kind === undefined) return;
    const managed = kind === 'Managed';
    if (!diskURI.startsWith(managed ? '/subscriptions/' : 'https://')) {
      yield textNotSupported(at.child('diskURI'), diskURI, [managed ? managedDiskUri : blobDiskUri]);
    }
  },
  *storageos({ volumeName, volumeNamespace, secretRef }, at) {
    if (!volumeName) yield required(at.child('volumeName'));
    else yield* problemsAt(dnsLabelProblems(volumeName), volumeName, at.child('volumeName'));
    if (volumeNamespace)
      yield* problemsAt(dnsLabelProblems(volumeNamespace), volumeNamespace, at.child('volumeNamespace'));
    if (secretRef) yield* present(secretRef.name, at.child('secretRef', 'name'));
  },
  *scaleIO({ gateway, system, volumeName }, at) {
    yield* present(gateway, at.child('gateway'));
    yield* present(system, at.child('system'));
    yield* present(volumeName, at.child('volumeName'));
  },
  *csi({ driver, nodePublishSecretRef: secret }, at) {
    yield* validateDriverName(driver, at.child('driver'));
    if (!secret) return;
    if (!secret.name) yield required(at.child('nodePublishSecretRef', 'name'));
    else yield* problemsAt(dnsSubdomainProblems(secret.name), secret.name, at.child('name'));
  },
};

const managedDiskUri =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const blobDiskUri = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

/** Names of CSI drivers: subdomains of up to 63 characters, whatever the case. */
export function* validateDriverName(driver: string, at: Path): Iterable<FieldError> {
  if (!driver) return yield required(at);
  if (driver.length > 63) yield tooLong(at, 63);
  yield* problemsAt(dnsSubdomainProblems(driver.toLowerCase()), driver, at);
}

function* validatePartition(partition = 0, at: Path): Iterable<FieldError> {
  if (partition < 0 || partition > 255) yield invalid(at, partition, rangeProblem(1, 255));
}

export function* validateLun(lun: number, at: Path): Iterable<FieldError> {
  if (lun < 0 || lun > 255) yield invalid(at, lun, rangeProblem(0, 255));
}

const initiatorForms: readonly [string, RegExp][] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

function* validateInitiator(name: string, at: Path): Iterable<FieldError> {
  const problem = initiatorNameProblem(name);
  if (problem) yield invalid(at, name, problem);
}

/** Names by which machines and disks know each other over iSCSI. */
export function initiatorNameProblem(name: string): string | undefined {
  const form = initiatorForms.find(([prefix]) => name.startsWith(prefix));
  if (!form) return 'must be valid format starting with iqn, eui, or naa';
  return form[1].test(name) ? undefined : 'must be valid format';
}

/** `host:port`, an IPv6 host in brackets. */
const isHostPort = (text: string): boolean => /^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(text);
