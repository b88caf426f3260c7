import { X509Certificate } from 'node:crypto';

/** Why a PEM text holds no certificates, in upstream's words. */
export function certificateProblem(pem: string): string | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (!blocks.length) return 'data does not contain any valid RSA or ECDSA certificates';
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch {
      // What exactly is wrong with its encoding, nobody can tell from Node's words.
      return 'x509: malformed certificate';
    }
  }
  return undefined;
}
