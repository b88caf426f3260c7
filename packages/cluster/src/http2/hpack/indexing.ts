/** How a header is written: through the tables, or past the dynamic one, or so that nobody on the way may keep it either. */
export type Indexing = 'indexed' | 'literal' | 'never';

/** Secrets: whoever shares a table with them could guess at them (RFC 7541 §7.1.3). */
const secret = ['set-cookie', 'cookie', 'authorization', 'proxy-authorization', 'authentication-info'];

/** What differs from answer to answer: in the table it would only take the place of what doesn't. */
const changing = [
  'age',
  'audit-id',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
  'location',
  'traceparent',
  'x-request-id',
];

const others: ReadonlyMap<string, Indexing> = new Map<string, Indexing>([
  ...secret.map((name): [string, Indexing] => [name, 'never']),
  ...changing.map((name): [string, Indexing] => [name, 'literal']),
]);

export const indexingOf = (name: string): Indexing => others.get(name) ?? 'indexed';
