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
  const parts = path
    .split('/')
    .filter((p) => p !== '')
    .map(decoded);
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
  if (rest[0] === 'namespaces') {
    if (rest.length > 1) {
      namespace = rest[1]!;
      if (rest.length > 2 && !namespaceSubresources.has(rest[2]!)) rest = rest.slice(2);
    }
  }
  const [resource = '', name = '', subresource = ''] = rest;
  if (!name && verb === 'get') verb = isWatch(query) ? 'watch' : 'list';
  if (!name && verb === 'delete') verb = 'deletecollection';
  return { isResource: true, verb, path, prefix, group, version, namespace, resource, subresource, name };
}

const isWatch = (query: URLSearchParams): boolean => {
  const asked = query.get('watch');
  return asked !== null && asked !== 'false' && asked !== '0';
};

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A path that isn't well escaped is taken as it stands.
    return part;
  }
}
