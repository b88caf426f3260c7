import { parseFieldSelector, pathSegmentProblems } from '@tiphys/sdk/machinery';
import type { RequestInfo } from '../context.ts';

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
/** Prefixes from the days when the verb stood in the path. */
const oldVerbs = new Set(['watch', 'proxy']);
const namespaceSubresources = new Set(['status', 'finalize']);

/** What a request's path and query mean (upstream's RequestInfoFactory). */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  // What is escaped counts as what it stands for, slashes too.
  const parts = partsOf(decoded(path));
  const [prefix] = parts;
  if ((prefix !== 'api' && prefix !== 'apis') || parts.length < (prefix === 'api' ? 3 : 4)) return plain(method, path);
  const group = prefix === 'api' ? '' : parts[1]!;
  const version = prefix === 'api' ? parts[1]! : parts[2]!;
  /** Where the resource stands. */
  let at = prefix === 'api' ? 2 : 3;
  let verb = verbs[method] ?? '';
  if (oldVerbs.has(parts[at]!)) {
    if (parts.length < at + 2) return plain(method, path);
    verb = parts[at++]!;
  }
  let namespace = '';
  if (parts[at] === 'namespaces' && parts.length > at + 1) {
    namespace = parts[at + 1]!;
    if (parts.length > at + 2 && !namespaceSubresources.has(parts[at + 2]!)) at += 2;
  }
  const rest = parts.slice(at);
  const [resource = '', inPath = '', subresource = ''] = rest;
  let name = inPath;
  if (!name && verb === 'get') {
    verb = isWatch(query) ? 'watch' : 'list';
    name = onlyName(query.get('fieldSelector'));
  }
  if (!name && verb === 'delete') verb = 'deletecollection';
  return { isResource: true, verb, path, prefix, group, version, namespace, resource, subresource, name, parts: rest };
}

const plain = (method: string, path: string): RequestInfo => ({
  isResource: false,
  verb: method.toLowerCase(),
  path,
  prefix: '',
  group: '',
  version: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
  parts: [],
});

/** What stands between slashes; those at the ends don't count. */
function partsOf(path: string): string[] {
  let [from, to] = [0, path.length];
  while (from < to && path[from] === '/') from++;
  while (to > from && path[to - 1] === '/') to--;
  return path.slice(from, to).split('/');
}

const isWatch = (query: URLSearchParams): boolean => {
  const asked = query.get('watch');
  return asked !== null && asked !== 'false' && asked !== '0';
};

/** A list of one name is judged as a request for that name. */
function onlyName(fieldSelector: string | null): string {
  if (!fieldSelector) return '';
  try {
    const exact = parseFieldSelector(fieldSelector).find((r) => r.field === 'metadata.name' && r.operator === '=');
    return exact && pathSegmentProblems(exact.value).length === 0 ? exact.value : '';
  } catch {
    // The endpoint says what is wrong with it.
    return '';
  }
}

function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    // A path that isn't well escaped is taken as it stands.
    return path;
  }
}
