import type { LabelSelector, PodTemplateSpec } from '@tiphys/sdk/api';
import { equal, isObject, own } from '@tiphys/sdk/machinery';

const hashLabel = 'pod-template-hash';

/** The characters of generated names; a hash in them can't spell a word. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const longestName = 253;

/** What tells the sets of one Deployment apart. After a collision the count makes it another one. */
export function templateHash(template: PodTemplateSpec, collisions: number | undefined): string {
  const text = `${canonical(template)}${collisions ?? ''}`;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Array.from(String(hash), (c) => alphabet[c.charCodeAt(0) % alphabet.length]).join('');
}

/** JSON with sorted keys: equal templates have equal hashes whoever wrote them. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  return `{${keys.map((k) => `${JSON.stringify(k)}:${canonical(own(value, k))}`).join(',')}}`;
}

export const setName = (deployment: string, hash: string): string =>
  `${deployment.slice(0, longestName - hash.length - 1)}-${hash}`;

export const withHash = (labels: Record<string, string> | undefined, hash: string): Record<string, string> => ({
  ...labels,
  [hashLabel]: hash,
});

export const selectorWithHash = (selector: LabelSelector | null, hash: string): LabelSelector => ({
  ...selector,
  matchLabels: withHash(selector?.matchLabels, hash),
});

/** Equal but for the hash that a set's template carries in addition. */
export const sameTemplate = (a: PodTemplateSpec, b: PodTemplateSpec): boolean =>
  equal(withoutHashLabel(a), withoutHashLabel(b));

export function withoutHashLabel({ metadata, ...rest }: PodTemplateSpec): PodTemplateSpec {
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => name !== hashLabel);
  return { ...rest, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
}
