import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  type FieldError,
  invalid,
  type Path,
  present,
  problemsAt,
  required,
} from '../../../machinery/index.ts';
import { backstepProblems } from '../pod/validation/paths.ts';
import {
  initiatorNameProblem,
  legacySourceRules,
  validateDriverName,
  validateLun,
} from '../pod/validation/volume-source.ts';
import type { PersistentVolumeSpec, SecretReference } from './volume-spec.ts';

/** The kinds of source that a volume may have, in the order in which upstream looks for them. */
export const volumeSources = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const satisfies readonly (keyof PersistentVolumeSpec)[];

export type SourceName = (typeof volumeSources)[number];
type Source<N extends SourceName> = NonNullable<PersistentVolumeSpec[N]>;
type Rule<N extends SourceName> = (source: Source<N>, at: Path, volumeName: string) => Iterable<FieldError>;

/** Where they are as in a pod the pod's rules hold; a volume of the cluster says in which namespace its secrets are. */
export const volumeSourceRules: { readonly [N in SourceName]: Rule<N> } = {
  ...legacySourceRules,
  *glusterfs({ endpoints, path, endpointsNamespace: namespace }, at) {
    yield* legacySourceRules.glusterfs({ endpoints, path }, at);
    const where = at.child('endpointsNamespace');
    if (namespace === '') {
      yield invalid(where, namespace, 'if the endpointnamespace is set, it must be a valid namespace name');
    } else if (namespace !== undefined) yield* problemsAt(dnsLabelProblems(namespace), namespace, where);
  },
  *iscsi({ targetPortal, iqn, lun, chapAuthDiscovery, chapAuthSession, secretRef, initiatorName }, at, volumeName) {
    yield* present(targetPortal, at.child('targetPortal'));
    if (initiatorName !== undefined && Buffer.byteLength(`${volumeName}:${targetPortal}`) > 64) {
      const why =
        'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
      yield invalid(at.child('targetportal'), targetPortal, why);
    }
    if (!iqn) yield required(at.child('iqn'));
    else if (initiatorNameProblem(iqn)) yield invalid(at.child('iqn'), iqn, 'must be valid format');
    yield* validateLun(lun, at.child('lun'));
    if ((chapAuthDiscovery || chapAuthSession) && !secretRef) yield required(at.child('secretRef'));
    if (secretRef) yield* present(secretRef.name, at.child('secretRef', 'name'));
    if (initiatorName !== undefined && initiatorNameProblem(initiatorName)) {
      yield invalid(at.child('initiatorname'), initiatorName, 'must be valid format');
    }
  },
  *cinder({ volumeID, secretRef }, at) {
    yield* present(volumeID, at.child('volumeID'));
    yield* namedSecret(secretRef, at.child('secretRef'));
  },
  *azureFile({ secretName, shareName, secretNamespace }, at) {
    yield* legacySourceRules.azureFile({ secretName, shareName }, at);
    if (secretNamespace === '') yield required(at.child('secretNamespace'));
  },
  *local({ path }, at) {
    if (!path) yield required(at.child('path'));
    else yield* problemsAt(backstepProblems(path), path, at.child('path'));
  },
  *storageos({ secretRef, ...volume }, at) {
    yield* legacySourceRules.storageos(volume, at);
    yield* namedSecret(secretRef, at.child('secretRef'));
  },
  *csi(source, at) {
    yield* validateDriverName(source.driver, at.child('driver'));
    yield* present(source.volumeHandle, at.child('volumeHandle'));
    for (const name of checkedSecrets) yield* validSecret(source[name], at.child(name));
  },
};

/** Upstream never looks at the secret for staging. */
const checkedSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

function* namedSecret(secret: SecretReference | undefined, at: Path): Iterable<FieldError> {
  if (!secret) return;
  yield* present(secret.name, at.child('name'));
  yield* present(secret.namespace, at.child('namespace'));
}

function* validSecret(secret: SecretReference | undefined, at: Path): Iterable<FieldError> {
  if (!secret) return;
  const { name, namespace } = secret;
  if (!name) yield required(at.child('name'));
  else yield* problemsAt(dnsSubdomainProblems(name), name, at.child('name'));
  if (!namespace) yield required(at.child('namespace'));
  else yield* problemsAt(dnsLabelProblems(namespace), namespace, at.child('namespace'));
}
