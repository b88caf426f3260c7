import { createPublicKey, createPrivateKey, X509Certificate } from 'node:crypto';
import { field, type FieldError, invalid, isObject, required, syntaxProblem } from '../../machinery/index.ts';

/** What a secret holds, as the rules of its type look at it. */
interface Contents {
  readonly annotations: Readonly<Record<string, string>>;
  has(key: string): boolean;
  bytes(key: string): Uint8Array;
}

const redacted = '<secret contents redacted>';
const data = field('data');

/** What a secret of a well-known type must hold. */
export function* secretContents(type: string, secret: Contents): Iterable<FieldError> {
  switch (type) {
    case 'kubernetes.io/service-account-token': {
      const owner = 'kubernetes.io/service-account.name';
      if (!secret.annotations[owner]) yield required(field('metadata', 'annotations').key(owner));
      return;
    }
    case 'kubernetes.io/dockercfg':
      return yield* jsonObject('.dockercfg', secret);
    case 'kubernetes.io/dockerconfigjson':
      return yield* jsonObject('.dockerconfigjson', secret);
    case 'kubernetes.io/basic-auth':
      // Either may be empty, but one of them must be there.
      if (secret.has('username') || secret.has('password')) return;
      yield required(data.key('username'));
      yield required(data.key('password'));
      return;
    case 'kubernetes.io/ssh-auth':
      if (!secret.bytes('ssh-privatekey').length) yield required(data.key('ssh-privatekey'));
      return;
    case 'kubernetes.io/tls':
      for (const key of ['tls.crt', 'tls.key']) if (!secret.has(key)) yield required(data.key(key));
  }
}

function* jsonObject(key: string, secret: Contents): Iterable<FieldError> {
  if (!secret.has(key)) {
    yield required(data.key(key));
    return;
  }
  const problem = jsonObjectProblem(secret.bytes(key));
  if (problem) yield invalid(data.key(key), redacted, problem);
}

function jsonObjectProblem(bytes: Uint8Array): string | undefined {
  const problem = syntaxProblem(bytes);
  if (problem) return problem;
  const value: unknown = JSON.parse(Buffer.from(bytes).toString());
  if (value === null || isObject(value)) return undefined;
  const word = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${word} into Go value of type map[string]interface {}`;
}

/** What is odd about a certificate and its key: told, not refused. */
export function* tlsWarnings(contents: Readonly<Record<string, string>>): Iterable<string> {
  const [certificate, key] = ['tls.crt', 'tls.key'].map((k) => Buffer.from(contents[k] ?? '', 'base64').toString());
  const problem = keyPairProblem(certificate!, key!);
  if (problem) yield `tls: ${problem}`;
}

function keyPairProblem(certificate: string, key: string): string | undefined {
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
