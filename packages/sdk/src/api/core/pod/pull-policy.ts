/** `Always` for an image under the tag `latest` (or none), else `IfNotPresent`. */
export function pullPolicyFor(parent: Readonly<Record<string, unknown>>): 'Always' | 'IfNotPresent' {
  const image = String(parent['image'] ?? parent['reference'] ?? '');
  const [name = '', digest] = image.split('@');
  const tag = name.slice(name.lastIndexOf('/') + 1).split(':')[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}
