import { createPublicKey, createPrivateKey, X509Certificate } from 'node:crypto';

/** Why a certificate and a key, both PEM, can't be used together, in Go's words. */
export function keyPairProblem(certificate: string, key: string): string | undefined {
  const pem = /-----BEGIN ([A-Z0-9 ]+)-----/g;
  const inCertificate = [...certificate.matchAll(pem)].map((m) => m[1]!);
  if (!inCertificate.length) return 'failed to find any PEM data in certificate input';
  if (!inCertificate.includes('CERTIFICATE')) {
    return inCertificate.some((t) => t.endsWith('PRIVATE KEY'))
      ? 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
      : `failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${inCertificate.join(' ')}]`;
  }
  const inKey = [...key.matchAll(pem)].map((m) => m[1]!);
  if (!inKey.length) return 'failed to find any PEM data in key input';
  if (!inKey.some((t) => t === 'PRIVATE KEY' || t.endsWith(' PRIVATE KEY'))) {
    return inKey.includes('CERTIFICATE')
      ? 'found a certificate rather than a key in the PEM for the private key'
      : `failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${inKey.join(' ')}]`;
  }
  return mismatch(certificate, key);
}

function mismatch(certificate: string, key: string): string | undefined {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    return 'failed to parse certificate';
  }
  try {
    const own = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' });
    const its = parsed.publicKey.export({ type: 'spki', format: 'der' });
    return own.equals(its) ? undefined : 'private key does not match public key';
  } catch {
    return 'failed to parse private key';
  }
}
