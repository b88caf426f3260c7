import type { AnyKind } from '../schema/index.ts';
import type { DeleteOptions, ListOptions, WatchOptions, WriteOptions } from './client.ts';

type Routed = Pick<AnyKind, 'group' | 'version' | 'plural' | 'scope'>;

/** `/apis/apps/v1/namespaces/x/deployments`; all namespaces when none is given. */
export function collectionPath(kind: Routed, namespace?: string): string {
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  const within = kind.scope === 'Namespaced' && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${kind.plural}`;
}

export function objectPath(
  kind: Routed,
  key: { readonly metadata: { readonly name?: string; readonly namespace?: string } },
  subresource?: string,
): string {
  const { name, namespace } = key.metadata;
  if (!name) throw new TypeError(`a ${kind.plural} object is addressed by its name`);
  const path = `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

/** Query parameters in a fixed order, so that equal requests are equal texts. */
export function listQuery(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  add(query, 'labelSelector', options.labelSelector);
  add(query, 'fieldSelector', options.fieldSelector);
  add(query, 'resourceVersion', options.resourceVersion);
  add(query, 'resourceVersionMatch', options.resourceVersionMatch);
  add(query, 'limit', options.limit);
  add(query, 'continue', options.continue);
  return query;
}

export function watchQuery(options: WatchOptions): URLSearchParams {
  const query = listQuery(options);
  query.set('watch', 'true');
  if (options.bookmarks) query.set('allowWatchBookmarks', 'true');
  add(query, 'sendInitialEvents', options.sendInitialEvents);
  add(query, 'timeoutSeconds', options.timeoutSeconds);
  return query;
}

export function writeQuery(options: WriteOptions & { force?: boolean }, manager: string | undefined): URLSearchParams {
  const query = new URLSearchParams();
  if (options.dryRun) query.set('dryRun', 'All');
  add(query, 'fieldManager', options.fieldManager ?? manager);
  add(query, 'fieldValidation', options.fieldValidation);
  add(query, 'force', options.force);
  return query;
}

export function deleteBody({ preconditions, gracePeriodSeconds, propagationPolicy, dryRun }: DeleteOptions) {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions && { preconditions }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(dryRun && { dryRun: ['All'] }),
  };
}

export const withQuery = (path: string, query: URLSearchParams): string =>
  query.size ? `${path}?${query.toString()}` : path;

function add(query: URLSearchParams, name: string, value: string | number | boolean | undefined): void {
  if (value !== undefined) query.set(name, String(value));
}
