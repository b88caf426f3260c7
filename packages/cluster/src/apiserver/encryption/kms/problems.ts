import { dnsSubdomainProblems } from '@tiphys/sdk/machinery';
import type { EncryptedObject, KeyOfValue } from './messages.ts';

const [mostAnnotations, mostKeyId, mostSource] = [32 * 1024, 1024, 1024];

/** What is wrong with an object that is stored, or is to be. */
export function envelopeProblem(object: KeyOfValue & Partial<EncryptedObject>): string | undefined {
  const { encryptedData, encryptedDekSource: source, encryptedDekSourceType: type, keyId, annotations } = object;
  // A number that has no name.
  if (typeof type === 'number') return `unknown encryptedDEKSourceType: ${String(type)}`;
  if (encryptedData?.length === 0) return 'encrypted data is empty';
  if (!source.length) return 'failed to validate encrypted DEK source: encrypted DEK source is empty';
  if (source.length > mostSource) {
    return `failed to validate encrypted DEK source: encrypted DEK source is ${source.length} bytes, which exceeds the max size of ${mostSource}`;
  }
  const badKeyId = keyIdProblem(keyId);
  if (badKeyId) return `failed to validate key id: ${badKeyId.message}`;
  const badAnnotations = annotationsProblem(annotations);
  return badAnnotations && `failed to validate annotations: ${badAnnotations}`;
}

export function keyIdProblem(keyId: string): { readonly code: string; readonly message: string } | undefined {
  if (!keyId) return { code: 'empty', message: 'keyID is empty' };
  const size = Buffer.byteLength(keyId);
  if (size <= mostKeyId) return undefined;
  return { code: 'too_long', message: `keyID is ${size} bytes, which exceeds the max size of ${mostKeyId}` };
}

function annotationsProblem(annotations: Readonly<Record<string, Uint8Array>>): string | undefined {
  const problems: string[] = [];
  let total = 0;
  for (const [name, value] of Object.entries(annotations)) {
    problems.push(...domainProblems(name));
    total += Buffer.byteLength(name) + value.length;
  }
  if (total > mostAnnotations) {
    problems.push(`total size of annotations is ${total}, which exceeds the max size of ${mostAnnotations}`);
  }
  return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
}

function domainProblems(name: string): string[] {
  if (!name) return ['annotations: Required value'];
  const invalid = (why: string) => `annotations: Invalid value: ${JSON.stringify(name)}: ${why}`;
  const labels = dnsSubdomainProblems(name);
  if (labels.length) return labels.map(invalid);
  return name.split('.').length < 2 ? [invalid('should be a domain with at least two segments separated by dots')] : [];
}
