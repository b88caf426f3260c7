import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  dnsSubdomainProblems,
  field,
  type FieldError,
  invalid,
  invalidUnshown,
  type Path,
  problemsAt,
  tooLong,
  typedString,
} from '../../machinery/index.ts';
import { type CertificateRequest, parseCertificateRequest } from './certificate-request.ts';
import { lifetimeBounds, userAnnotationRules } from './pod-certificate-rules.ts';
import type { PodCertificateRequestSpec } from './podcertificaterequest.ts';
import { signerNameRules } from './signer-name.ts';

const at = field('spec');
const longestUid = 128;
const largestKeyPart = 10 * 1024;
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];
const moduli = [3072, 4096];

export function* podCertificateSpecRules(spec: PodCertificateRequestSpec): Iterable<FieldError> {
  const { signerName, unverifiedUserAnnotations, maxExpirationSeconds } = spec;
  yield* signerNameRules(signerName, at.child('signerName'));
  yield* userAnnotationRules(unverifiedUserAnnotations, at.child('unverifiedUserAnnotations'));
  for (const of of ['pod', 'serviceAccount', 'node'] as const) {
    const [name, uid] = [`${of}Name`, `${of}UID`] as const;
    yield* problemsAt(dnsSubdomainProblems(spec[name]), spec[name], at.child(name));
    yield* uidRules(spec[uid], at.child(uid));
  }
  const { least, most } = lifetimeBounds(signerName);
  if (maxExpirationSeconds < least || maxExpirationSeconds > most) {
    const why = `must be in the range [${least}, ${most}]`;
    yield invalid(at.child('maxExpirationSeconds'), maxExpirationSeconds, why);
  }
  yield* keyRules(spec);
}

function* uidRules(uid: string, here: Path): Iterable<FieldError> {
  if (!uid) yield invalid(here, uid, 'must not be empty');
  if (Buffer.byteLength(uid) > longestUid) yield tooLong(here, longestUid);
}

/** Either an empty request that the key has signed, or, in the old way, the key with a signature of the pod's UID. */
function* keyRules(spec: PodCertificateRequestSpec): Iterable<FieldError> {
  const { podUID, pkixPublicKey, proofOfPossession, stubPKCS10Request } = spec;
  const [stub, pkix, proof] = [at.child('stubPKCS10Request'), at.child('pkixPublicKey'), at.child('proofOfPossession')];
  if (stubPKCS10Request && !pkixPublicKey && !proofOfPossession) {
    const bytes = bytesOf(stubPKCS10Request);
    if (bytes.length > largestKeyPart) return yield tooLong(stub, largestKeyPart);
    const request = readRequest(bytes);
    if (!request) return yield invalidUnshown(stub, 'must be a valid PKCS#10 CSR');
    if (yield* keyTypeRules(request.publicKey, stub, { curvesTold: 'P256, P384, or P521', isShown: false })) return;
    if (request.signatureProblem()) yield invalidUnshown(stub, 'invalid signature');
    return;
  }
  if (stubPKCS10Request || !pkixPublicKey || !proofOfPossession) {
    const why = 'exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set';
    return yield invalidUnshown(at, why);
  }
  for (const [here, part] of [
    [pkix, pkixPublicKey],
    [proof, proofOfPossession],
  ] as const) {
    if (bytesOf(part).length > largestKeyPart) return yield tooLong(here, largestKeyPart);
  }
  const key = readKey(bytesOf(pkixPublicKey));
  if (!key) return yield invalid(pkix, typedString(pkixPublicKey), 'must be a valid PKIX-serialized public key');
  if (yield* keyTypeRules(key, pkix, { curvesTold: 'P256 or P384' })) return;
  if (!proves(key, podUID, bytesOf(proofOfPossession))) {
    yield invalidUnshown(proof, 'could not verify proof-of-possession signature');
  }
}

const bytesOf = (base64: string | null): Buffer => Buffer.from(base64 ?? '', 'base64');

function readRequest(bytes: Uint8Array): CertificateRequest | undefined {
  try {
    return parseCertificateRequest(bytes);
  } catch {
    return undefined; // told as invalid by who asked
  }
}

function readKey(bytes: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  } catch {
    return undefined; // told as invalid by who asked
  }
}

/** Answers whether there was something to say. */
function* keyTypeRules(
  key: KeyObject,
  here: Path,
  { curvesTold, isShown = true }: { curvesTold: string; isShown?: boolean },
): Generator<FieldError, boolean> {
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return false;
    case 'ec':
      if (curves.includes(namedCurve)) return false;
      yield invalid(here, `curve ${namedCurve}`, `elliptic public keys must use curve ${curvesTold}`);
      return true;
    case 'rsa':
      if (moduli.includes(modulusLength)) return false;
      yield invalid(here, `${modulusLength}-bit modulus`, 'RSA keys must have modulus size 3072 or 4096');
      return true;
    default: {
      const why = 'unknown public key type; supported types are Ed25519, ECDSA, and RSA';
      const der = key.export({ format: 'der', type: 'spki' }).toString('base64');
      yield isShown ? invalid(here, typedString(der), why) : invalidUnshown(here, why);
      return true;
    }
  }
}

function proves(key: KeyObject, uid: string, signature: Buffer): boolean {
  const said = Buffer.from(uid);
  if (key.asymmetricKeyType === 'ed25519') return verify(null, said, key, signature);
  if (key.asymmetricKeyType === 'ec') return verify('sha256', said, key, signature);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants;
  return verify('sha256', said, { key, padding, saltLength }, signature);
}

/** The key that the certificate is for; it was looked at when it was asked for. */
export function requestedKeyOf({ stubPKCS10Request, pkixPublicKey }: PodCertificateRequestSpec): KeyObject | undefined {
  return stubPKCS10Request ? readRequest(bytesOf(stubPKCS10Request))?.publicKey : readKey(bytesOf(pkixPublicKey));
}
