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

const names: ReadonlySet<string> = new Set(sourceNames);
export const isSourceName = (name: string): name is SourceName => names.has(name);

type Source<N extends SourceName> = NonNullable<Volume[N]>;
type OwnRules = 'emptyDir' | 'projected' | 'ephemeral' | 'image';
type Rule<N extends SourceName> = (errors: FieldError[], source: Source<N>, at: Path) => void;

/** Where upstream's errors call a source otherwise than its field: as the second of two, and in its own checks. */
export const sourceAlias: Partial<Record<SourceName, { refused?: string; checked?: string }>> = {
  gcePersistentDisk: { checked: 'persistentDisk' },
  cephfs: { refused: 'cephFS' },
  downwardAPI: { refused: 'downwarAPI' },
};

/** Sources that need no more than to be looked at by themselves. */
export const legacySourceRules: { readonly [N in Exclude<SourceName, OwnRules>]: Rule<N> } = {
  hostPath(errors, { path, type }, at) {
    if (!path) return void errors.push(required(at.child('path')));
    errors.push(...problemsAt(backstepProblems(path), path, at.child('path')));
    errors.push(...oneOfThese(type, hostPathTypes, at.child('type')));
  },
  gitRepo(errors, { repository, directory }, at) {
    errors.push(...present(repository, at.child('repository')));
    errors.push(...validateDescendingPath(directory ?? '', at.child('directory')));
  },
  gcePersistentDisk(errors, { pdName, partition }, at) {
    errors.push(...present(pdName, at.child('pdName')));
    validatePartition(errors, partition, at.child('partition'));
  },
  awsElasticBlockStore(errors, { volumeID, partition }, at) {
    errors.push(...present(volumeID, at.child('volumeID')));
    validatePartition(errors, partition, at.child('partition'));
  },
  secret: validateSecretVolume,
  nfs(errors, { server, path }, at) {
    errors.push(...present(server, at.child('server')));
    errors.push(...present(path, at.child('path')));
    if (!path.startsWith('/')) errors.push(invalid(at.child('path'), path, 'must be an absolute path'));
  },
  iscsi(errors, { targetPortal, iqn, lun, chapAuthDiscovery, chapAuthSession, secretRef, initiatorName }, at) {
    errors.push(...present(targetPortal, at.child('targetPortal')));
    if (!iqn) errors.push(required(at.child('iqn')));
    else validateInitiator(errors, iqn, at.child('iqn'));
    validateLun(errors, lun, at.child('lun'));
    if ((chapAuthDiscovery || chapAuthSession) && !secretRef) errors.push(required(at.child('secretRef')));
    if (initiatorName !== undefined) validateInitiator(errors, initiatorName, at.child('initiatorname'));
  },
  glusterfs(errors, { endpoints, path }, at) {
    errors.push(...present(endpoints, at.child('endpoints')));
    errors.push(...present(path, at.child('path')));
  },
  flocker(errors, { datasetName = '', datasetUUID }, at) {
    if (!datasetName && !datasetUUID) errors.push(required(at, 'one of datasetName and datasetUUID is required'));
    if (datasetName && datasetUUID) {
      errors.push(invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
    }
    if (datasetName.includes('/')) errors.push(invalid(at.child('datasetName'), datasetName, "must not contain '/'"));
  },
  persistentVolumeClaim(errors, { claimName }, at) {
    errors.push(...present(claimName, at.child('claimName')));
  },
  rbd(errors, { monitors, image }, at) {
    errors.push(...present(monitors, at.child('monitors')));
    errors.push(...present(image, at.child('image')));
  },
  cinder(errors, { volumeID, secretRef }, at) {
    errors.push(...present(volumeID, at.child('volumeID')));
    if (secretRef) errors.push(...present(secretRef.name, at.child('secretRef', 'name')));
  },
  cephfs(errors, { monitors }, at) {
    errors.push(...present(monitors, at.child('monitors')));
  },
  quobyte(errors, { registry, volume, tenant = '' }, at) {
    const pairs = 'must be a host:port pair or multiple pairs separated by commas';
    if (!registry) errors.push(required(at.child('registry'), pairs));
    else if (tenant.length >= 65) {
      errors.push(required(at.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
    } else {
      for (const pair of registry.split(',')) {
        if (!isHostPort(pair)) errors.push(invalid(at.child('registry'), registry, pairs));
      }
    }
    errors.push(...present(volume, at.child('volume')));
  },
  downwardAPI: validateDownwardVolume,
  fc(errors, { targetWWNs = [], wwids = [], lun }, at) {
    const names = at.child('targetWWNs');
    if (!targetWWNs.length && !wwids.length)
      errors.push(required(names, 'must specify either targetWWNs or wwids, but not both'));
    if (targetWWNs.length && wwids.length) {
      errors.push(invalid(names, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
    }
    if (!targetWWNs.length) return;
    if (lun === undefined) errors.push(required(at.child('lun'), 'lun is required if targetWWNs is specified'));
    else validateLun(errors, lun, at.child('lun'));
  },
  flexVolume(errors, { driver, options }, at) {
    errors.push(...present(driver, at.child('driver')));
    for (const key of Object.keys(options ?? {}).sort()) {
      const namespace = `.${key.split('/')[0]!.toLowerCase()}`;
      if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')) {
        errors.push(invalid(at.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
      }
    }
  },
  configMap: validateConfigMapVolume,
  azureFile(errors, { secretName, shareName }, at) {
    errors.push(...present(secretName, at.child('secretName')));
    errors.push(...present(shareName, at.child('shareName')));
  },
  vsphereVolume(errors, { volumePath }, at) {
    errors.push(...present(volumePath, at.child('volumePath')));
  },
  photonPersistentDisk(errors, { pdID }, at) {
    errors.push(...present(pdID, at.child('pdID')));
  },
  portworxVolume(errors, { volumeID }, at) {
    errors.push(...present(volumeID, at.child('volumeID')));
  },
  azureDisk(errors, { diskName, diskURI, cachingMode, kind }, at) {
    errors.push(...present(diskName, at.child('diskName')));
    errors.push(...present(diskURI, at.child('diskURI')));
    errors.push(...oneOfThese(cachingMode, ['None', 'ReadOnly', 'ReadWrite'], at.child('cachingMode')));
    errors.push(...oneOfThese(kind, ['Dedicated', 'Managed', 'Shared'], at.child('kind')));
    if (kind === undefined) return;
    const managed = kind === 'Managed';
    if (!diskURI.startsWith(managed ? '/subscriptions/' : 'https://')) {
      errors.push(textNotSupported(at.child('diskURI'), diskURI, [managed ? managedDiskUri : blobDiskUri]));
    }
  },
  storageos(errors, { volumeName, volumeNamespace, secretRef }, at) {
    if (!volumeName) errors.push(required(at.child('volumeName')));
    else errors.push(...problemsAt(dnsLabelProblems(volumeName), volumeName, at.child('volumeName')));
    if (volumeNamespace)
      errors.push(...problemsAt(dnsLabelProblems(volumeNamespace), volumeNamespace, at.child('volumeNamespace')));
    if (secretRef) errors.push(...present(secretRef.name, at.child('secretRef', 'name')));
  },
  scaleIO(errors, { gateway, system, volumeName }, at) {
    errors.push(...present(gateway, at.child('gateway')));
    errors.push(...present(system, at.child('system')));
    errors.push(...present(volumeName, at.child('volumeName')));
  },
  csi(errors, { driver, nodePublishSecretRef: secret }, at) {
    validateDriverName(errors, driver, at.child('driver'));
    if (!secret) return;
    if (!secret.name) errors.push(required(at.child('nodePublishSecretRef', 'name')));
    else errors.push(...problemsAt(dnsSubdomainProblems(secret.name), secret.name, at.child('name')));
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
export function validateDriverName(errors: FieldError[], driver: string, at: Path): void {
  if (!driver) return void errors.push(required(at));
  if (driver.length > 63) errors.push(tooLong(at, 63));
  errors.push(...problemsAt(dnsSubdomainProblems(driver.toLowerCase()), driver, at));
}

function validatePartition(errors: FieldError[], partition = 0, at: Path): void {
  if (partition < 0 || partition > 255) errors.push(invalid(at, partition, rangeProblem(1, 255)));
}

export function validateLun(errors: FieldError[], lun: number, at: Path): void {
  if (lun < 0 || lun > 255) errors.push(invalid(at, lun, rangeProblem(0, 255)));
}

const initiatorForms: readonly [string, RegExp][] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

function validateInitiator(errors: FieldError[], name: string, at: Path): void {
  const problem = initiatorNameProblem(name);
  if (problem) errors.push(invalid(at, name, problem));
}

/** Names by which machines and disks know each other over iSCSI. */
export function initiatorNameProblem(name: string): string | undefined {
  const form = initiatorForms.find(([prefix]) => name.startsWith(prefix));
  if (!form) return 'must be valid format starting with iqn, eui, or naa';
  return form[1].test(name) ? undefined : 'must be valid format';
}

/** `host:port`, an IPv6 host in brackets. */
const isHostPort = (text: string): boolean => /^(\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(text);
