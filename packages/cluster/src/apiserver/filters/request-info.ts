import { parseFieldSelector, pathSegmentProblems, withoutTrailing } from '@tiphys/sdk/machinery';
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
  const parts = withoutTrailing(decoded(path).replace(/^\/+/, ''), '/').split('/');
  const plain: RequestInfo = {
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
  };
  const [prefix] = parts;
  if ((prefix !== 'api' && prefix !== 'apis') || parts.length < (prefix === 'api' ? 3 : 4)) return plain;
  const group = prefix === 'api' ? '' : parts[1]!;
  const version = prefix === 'api' ? parts[1]! : parts[2]!;
  let rest = parts.slice(prefix === 'api' ? 2 : 3);
  let verb = verbs[method] ?? '';
  if (oldVerbs.has(rest[0]!)) {
    if (rest.length < 2) return plain;
    verb = rest[0]!;
    rest = rest.slice(1);
  }
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1]!;
    if (rest.length > 2 && !namespaceSubresources.has(rest[2]!)) rest = rest.slice(2);
  }
  const [resource = '', inPath = '', subresource = ''] = rest;
  let name = inPath;
  if (!name && verb === 'get') {
    verb = isWatch(query) ? 'watch' : 'list';
    name = onlyName(query.get('fieldSelector'));
  }
  if (!name && verb === 'delete') verb = 'deletecollection';
  return { isResource: true, verb, path, prefix, group, version, namespace, resource, subresource, name, parts: rest };
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
