import {
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
export function* validateTrustBundle(source: ClusterTrustBundleProjection, at: Path): Iterable<FieldError> {
  const { name, signerName, labelSelector, path } = source;
  if (name !== undefined && signerName !== undefined) {
    const shown = internalValue(clusterTrustBundleProjection, source);
    yield invalid(at, shown, 'only one of name and signerName may be used');
  } else if (name !== undefined) {
    if (!name) yield required(at.child('name'), 'must be a valid object name');
    for (const p of bundleNameProblems(name, signerIn(name))) {
      yield invalid(at.child('name'), name, `not a valid clustertrustbundlename: ${p}`);
    }
    if (labelSelector) {
      yield invalid(at.child('labelSelector'), labelSelector, 'labelSelector must be unset if name is specified');
    }
  } else if (signerName !== undefined) {
    if (!signerName) yield required(at.child('signerName'), 'must be a valid signer name');
    yield* signerNameRules(signerName, at.child('signerName'));
    if (labelSelector) yield* validateLabelSelector(labelSelector, at.child('labelSelector'));
  } else yield required(at, 'either name or signerName must be specified');
  if (!path) yield required(at.child('path'));
  yield* problemsAt(localPathProblems(path), path, at.child('path'));
}

/** Whose bundle one is that has such a name: the part before its last colon, with slashes for colons. */
function signerIn(name: string): string {
  const end = name.lastIndexOf(':');
  return end < 0 ? '' : name.slice(0, end).replaceAll(':', '/');
}

/** A key with a certificate for it, in one file or in two. What is wrong with the paths is told where it is found. */
export function* validatePodCertificate(
  source: PodCertificateProjection,
  at: Path,
  taken: (path: string) => Iterable<FieldError>,
): Iterable<FieldError> {
  const { signerName, keyType, maxExpirationSeconds, userAnnotations } = source;
  yield* signerNameRules(signerName ?? '', at.child('signerName'));
  yield* userAnnotationRules(userAnnotations, at.child('userAnnotations'));
  if (!keyTypes.includes(keyType ?? '')) yield notSupported(at.child('keyType'), keyType ?? '', keyTypes);
  if (maxExpirationSeconds !== undefined) {
    const here = at.child('maxExpirationSeconds');
    const refuse = (why: string) =>
      invalid(here, maxExpirationSeconds, `if provided, maxExpirationSeconds must be ${why}`);
    const { least, most } = lifetimeBounds(signerName ?? '');
    if (maxExpirationSeconds < least) yield refuse(`>= ${least}`);
    if (maxExpirationSeconds > most) yield refuse(`<= ${most}`);
  }
  let paths = 0;
  for (const name of ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const) {
    const path = source[name];
    if (!path) continue;
    paths++;
    yield* problemsAt(localPathProblems(path), path, at.child(name));
    yield* taken(path);
  }
  if (paths) return;
  yield required(at, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath');
}
