import { badRequest, parseFieldSelector, parseLabelSelector, StatusError } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import type { AnyKind } from '@tiphys/sdk/schema';
import { indexedFields } from '../cache/watch-cache.ts';
import type { Entry } from '../cache/entry.ts';
import type { Interest } from '../cache/watcher.ts';
import type { RequestInfo } from '../context.ts';
import type { Resource } from '../registry/resource.ts';

export interface ListQuery {
  readonly interest: Interest;
  readonly limit: number;
  readonly continue: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

/** Reads and checks the query of a list, a watch or a collection's deletion. */
export function listQuery(resource: Resource, info: RequestInfo, query: URLSearchParams): ListQuery {
  return {
    interest: interestOf(resource, info, query),
    limit: integer(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    watch: isTrue(query.get('watch')),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  };
}

/** Upstream reads any value of a boolean parameter but `false` and `0` as true. */
export const isTrue = (value: string | null): boolean =>
  value !== null && value !== '0' && value.toLowerCase() !== 'false';

export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const problem = integerProblem(text, 'ParseInt');
  if (problem) throw badRequest(problem);
  return Number(text);
}

const bounds = {
  ParseInt: { written: /^[+-]?\d+$/, min: -(2n ** 63n), max: 2n ** 63n - 1n },
  ParseUint: { written: /^\d+$/, min: 0n, max: 2n ** 64n - 1n },
};

/** What Go's parser says of a text that is no whole number of 64 bits. */
export function integerProblem(text: string, parser: keyof typeof bounds): string | undefined {
  const { written, min, max } = bounds[parser];
  const told = `strconv.${parser}: parsing ${JSON.stringify(text)}`;
  if (!written.test(text)) return `${told}: invalid syntax`;
  const value = BigInt(text.replace(/^\+/, ''));
  return value < min || value > max ? `${told}: value out of range` : undefined;
}

function interestOf(resource: Resource, info: RequestInfo, query: URLSearchParams): Interest {
  const tests: ((entry: Entry) => boolean)[] = [];
  let indexed: Interest['indexed'];
  let name = info.name || undefined;
  const labels = query.get('labelSelector');
  if (labels) {
    const selector = attempt(() => parseLabelSelector(labels));
    if (!selector.empty) tests.push((e) => selector.matches(e.labels));
  }
  for (const { field, operator, value } of attempt(() => parseFieldSelector(query.get('fieldSelector') ?? ''))) {
    const read = fieldReader(resource, field);
    const same = operator === '=';
    if (same && field === 'metadata.name' && (name === undefined || name === value)) {
      name = value;
      continue;
    }
    if (same && !indexed && indexedFields(resource).includes(field)) indexed = { field, value };
    tests.push((e) => (read(e) === value) === same);
  }
  return {
    ...(info.namespace && resource.namespaced && { namespace: info.namespace }),
    ...(name !== undefined && { name }),
    ...(indexed && { indexed }),
    ...(tests.length && { matches: (e: Entry) => tests.every((t) => t(e)) }),
  };
}

function fieldReader(resource: Resource, field: string): (entry: Entry) => string {
  const { kind } = resource;
  if (field === 'metadata.name') return (e) => e.name;
  if (field === 'metadata.namespace' && (resource.namespaced || !kind.fieldSelectors)) return (e) => e.namespace;
  if (kind.fieldSelectors?.[field]) return (e) => e.fieldValue(field);
  throw badRequest(unknownField(kind, field));
}

/** Kinds with fields of their own say it one way, the others another. */
export function unknownField(kind: AnyKind, field: string): string {
  if (kind.unknownField) return kind.unknownField(field);
  return kind.fieldSelectors
    ? `field label not supported: ${field}`
    : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function attempt<T>(parse: () => T): T {
  try {
    return parse();
  } catch (err) {
    if (err instanceof StatusError) throw err;
    throw badRequest(messageOf(err));
  }
}
