import {
  addAll,
  type FieldError,
  invalid,
  notSupported,
  type Path,
  problemsAt,
  required,
} from '../../../../machinery/index.ts';
import { internalValue } from '../../../../schema/index.ts';
import { bundleNameProblems } from '../../../certificates/bundle-name.ts';
import { lifetimeBounds, userAnnotationRules } from '../../../certificates/pod-certificate-rules.ts';
import { signerNameRules } from '../../../certificates/signer-name.ts';
import { validateLabelSelector } from '../../../meta/label-selector-rules.ts';
import {
  type ClusterTrustBundleProjection,
  clusterTrustBundleProjection,
  type PodCertificateProjection,
} from '../volume.ts';
import { localPathProblems } from './paths.ts';

const keyTypes = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];

/** Trust anchors in a file: one bundle by its name, or all of a signer that are labelled so. */
export function validateTrustBundle(errors: FieldError[], source: ClusterTrustBundleProjection, at: Path): void {
  const { name, signerName, labelSelector, path } = source;
  if (name !== undefined && signerName !== undefined) {
    const shown = internalValue(clusterTrustBundleProjection, source);
    errors.push(invalid(at, shown, 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (!name) errors.push(required(at.child('name'), 'must be a valid object name'));
    for (const p of bundleNameProblems(name, signerIn(name))) {
      errors.push(invalid(at.child('name'), name, `not a valid clustertrustbundlename: ${p}`));
    }
    if (labelSelector) {
      errors.push(
        invalid(at.child('labelSelector'), labelSelector, 'labelSelector must be unset if name is specified'),
      );
    }
  } else if (signerName !== undefined) {
    if (!signerName) errors.push(required(at.child('signerName'), 'must be a valid signer name'));
    errors.push(...signerNameRules(signerName, at.child('signerName')));
    if (labelSelector) addAll(errors, validateLabelSelector(labelSelector, at.child('labelSelector')));
  } else errors.push(required(at, 'either name or signerName must be specified'));
  if (!path) errors.push(required(at.child('path')));
  errors.push(...problemsAt(localPathProblems(path), path, at.child('path')));
}

/** Whose bundle one is that has such a name: the part before its last colon, with slashes for colons. */
function signerIn(name: string): string {
  const end = name.lastIndexOf(':');
  return end < 0 ? '' : name.slice(0, end).replaceAll(':', '/');
}

/** A key with a certificate for it, in one file or in two. What is wrong with the paths is told where it is found. */
export function validatePodCertificate(
  errors: FieldError[],
  source: PodCertificateProjection,
  at: Path,
  take: (path: string) => void,
): void {
  const { signerName, keyType, maxExpirationSeconds, userAnnotations } = source;
  errors.push(...signerNameRules(signerName ?? '', at.child('signerName')));
  addAll(errors, userAnnotationRules(userAnnotations, at.child('userAnnotations')));
  if (!keyTypes.includes(keyType ?? '')) errors.push(notSupported(at.child('keyType'), keyType ?? '', keyTypes));
  if (maxExpirationSeconds !== undefined) {
    const here = at.child('maxExpirationSeconds');
    const refuse = (why: string) =>
      invalid(here, maxExpirationSeconds, `if provided, maxExpirationSeconds must be ${why}`);
    const { least, most } = lifetimeBounds(signerName ?? '');
    if (maxExpirationSeconds < least) errors.push(refuse(`>= ${least}`));
    if (maxExpirationSeconds > most) errors.push(refuse(`<= ${most}`));
  }
  let paths = 0;
  for (const name of ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const) {
    const path = source[name];
    if (!path) continue;
    paths++;
    errors.push(...problemsAt(localPathProblems(path), path, at.child(name)));
    take(path);
  }
  if (paths) return;
  errors.push(required(at, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'));
}
