import { field, type FieldError, invalid, isObject, required, syntaxProblem } from '../../machinery/index.ts';
import { keyPairProblem } from './key-pair.ts';

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
