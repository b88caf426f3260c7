import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Der, derMembers, derValues, oidText, tags } from './der.ts';
import { type NamePart, nameParts } from './distinguished-name.ts';
import { pemBlocks } from '../meta/pem.ts';

/** A request for a certificate (PKCS #10), as far as somebody here asks about it. */
export interface CertificateRequest {
  /** What it asks to be called by. */
  readonly subject: readonly NamePart[];
  readonly publicKey: KeyObject;
  /** Why its signature isn't by its own key; nothing when it is. */
  signatureProblem(): string | undefined;
}

/** Reads the first block of PEM text (base64 of it, as objects have it); throws with upstream's words. */
export function parseCertificateRequestPem(base64: string): CertificateRequest {
  for (const { type, bytes } of pemBlocks(Buffer.from(base64, 'base64').toString('latin1'))) {
    if (type !== 'CERTIFICATE REQUEST') break;
    return parseCertificateRequest(bytes);
  }
  throw new Error('PEM block type must be CERTIFICATE REQUEST');
}

export function parseCertificateRequest(bytes: Uint8Array): CertificateRequest {
  const [request, ...rest] = derValues(bytes);
  if (rest.length) throw new Error('asn1: syntax error: trailing data');
  const [info, algorithm, signature] = derMembers(request, tags.sequence);
  const [, subject, key] = derMembers(info, tags.sequence);
  const scheme = schemeOf(derMembers(algorithm, tags.sequence));
  if (signature?.tag !== tags.bitString || !key) throw new Error("asn1: structure error: tags don't match");
  const publicKey = createPublicKey({ key: Buffer.from(key.whole), format: 'der', type: 'spki' });
  return {
    subject: nameParts(subject),
    publicKey,
    signatureProblem() {
      if (!scheme) return 'x509: cannot verify signature: algorithm unimplemented';
      const { hash, padding } = scheme;
      // The first byte of a bit string counts the bits that are left over at its end.
      const made = signature.contents.subarray(1);
      const by = padding === undefined ? publicKey : { key: publicKey, padding };
      if (publicKey.asymmetricKeyType === scheme.key && verify(hash, info!.whole, by, made)) return undefined;
      return failures[scheme.key];
    },
  };
}

type KeyType = 'rsa' | 'ec' | 'ed25519';
interface Scheme {
  readonly key: KeyType;
  readonly hash: string | null;
  readonly padding?: number;
}

const failures: Readonly<Record<KeyType, string>> = {
  rsa: 'crypto/rsa: verification error',
  ec: 'x509: ECDSA verification failure',
  ed25519: 'x509: Ed25519 verification failure',
};

const hashes: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const schemes: Readonly<Record<string, Scheme>> = {
  '1.2.840.113549.1.1.5': { key: 'rsa', hash: 'sha1' },
  '1.2.840.113549.1.1.11': { key: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.1': { key: 'ec', hash: 'sha1' },
  '1.2.840.10045.4.3.2': { key: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', hash: 'sha512' },
  '1.3.101.112': { key: 'ed25519', hash: null },
};
const pss = '1.2.840.113549.1.1.10';

function schemeOf([type, parameters]: readonly Der[]): Scheme | undefined {
  const name = type ? oidText(type) : '';
  if (name !== pss || !parameters) return schemes[name];
  // The hash stands under the first of the tagged parameters.
  const [hash] = derMembers(parameters, tags.sequence);
  const [algorithm] = hash ? derMembers(derValues(hash.contents)[0], tags.sequence) : [];
  const known = algorithm && hashes[oidText(algorithm)];
  return known ? { key: 'rsa', hash: known, padding: constants.RSA_PKCS1_PSS_PADDING } : undefined;
}
