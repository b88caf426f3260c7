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
type Rule<N extends SourceName> = (errors: FieldError[], source: Source<N>, at: Path, volumeName: string) => void;

/** Where they are as in a pod the pod's rules hold; a volume of the cluster says in which namespace its secrets are. */
export const volumeSourceRules: { readonly [N in SourceName]: Rule<N> } = {
  ...legacySourceRules,
  glusterfs(errors, { endpoints, path, endpointsNamespace: namespace }, at) {
    legacySourceRules.glusterfs(errors, { endpoints, path }, at);
    const where = at.child('endpointsNamespace');
    if (namespace === '') {
      errors.push(invalid(where, namespace, 'if the endpointnamespace is set, it must be a valid namespace name'));
    } else if (namespace !== undefined) errors.push(...problemsAt(dnsLabelProblems(namespace), namespace, where));
  },
  iscsi(
    errors,
    { targetPortal, iqn, lun, chapAuthDiscovery, chapAuthSession, secretRef, initiatorName },
    at,
    volumeName,
  ) {
    errors.push(...present(targetPortal, at.child('targetPortal')));
    if (initiatorName !== undefined && Buffer.byteLength(`${volumeName}:${targetPortal}`) > 64) {
      const why =
        'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
      errors.push(invalid(at.child('targetportal'), targetPortal, why));
    }
    if (!iqn) errors.push(required(at.child('iqn')));
    else if (initiatorNameProblem(iqn)) errors.push(invalid(at.child('iqn'), iqn, 'must be valid format'));
    validateLun(errors, lun, at.child('lun'));
    if ((chapAuthDiscovery || chapAuthSession) && !secretRef) errors.push(required(at.child('secretRef')));
    if (secretRef) errors.push(...present(secretRef.name, at.child('secretRef', 'name')));
    if (initiatorName !== undefined && initiatorNameProblem(initiatorName)) {
      errors.push(invalid(at.child('initiatorname'), initiatorName, 'must be valid format'));
    }
  },
  cinder(errors, { volumeID, secretRef }, at) {
    errors.push(...present(volumeID, at.child('volumeID')));
    namedSecret(errors, secretRef, at.child('secretRef'));
  },
  azureFile(errors, { secretName, shareName, secretNamespace }, at) {
    legacySourceRules.azureFile(errors, { secretName, shareName }, at);
    if (secretNamespace === '') errors.push(required(at.child('secretNamespace')));
  },
  local(errors, { path }, at) {
    if (!path) errors.push(required(at.child('path')));
    else errors.push(...problemsAt(backstepProblems(path), path, at.child('path')));
  },
  storageos(errors, { secretRef, ...volume }, at) {
    legacySourceRules.storageos(errors, volume, at);
    namedSecret(errors, secretRef, at.child('secretRef'));
  },
  csi(errors, source, at) {
    validateDriverName(errors, source.driver, at.child('driver'));
    errors.push(...present(source.volumeHandle, at.child('volumeHandle')));
    for (const name of checkedSecrets) validSecret(errors, source[name], at.child(name));
  },
};

/** Upstream never looks at the secret for staging. */
const checkedSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

function namedSecret(errors: FieldError[], secret: SecretReference | undefined, at: Path): void {
  if (!secret) return;
  errors.push(...present(secret.name, at.child('name')));
  errors.push(...present(secret.namespace, at.child('namespace')));
}

function validSecret(errors: FieldError[], secret: SecretReference | undefined, at: Path): void {
  if (!secret) return;
  const { name, namespace } = secret;
  if (!name) errors.push(required(at.child('name')));
  else errors.push(...problemsAt(dnsSubdomainProblems(name), name, at.child('name')));
  if (!namespace) errors.push(required(at.child('namespace')));
  else errors.push(...problemsAt(dnsLabelProblems(namespace), namespace, at.child('namespace')));
}
