import type { Entry } from '../cache/entry.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Negotiated } from '../handlers/negotiate.ts';
import { valueResponse } from '../handlers/respond.ts';
import type { Resource } from '../registry/resource.ts';
import { columnDefinitions, includeObjectOf, rowOf } from './table.ts';

/** Objects as `kubectl get` prints them. */
export function tableResponse(
  c: RequestContext,
  resource: Resource,
  entries: readonly Entry[],
  form: Negotiated,
  metadata: unknown,
): ServerResponse {
  const include = includeObjectOf(c.query);
  const table = {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.version}`,
    metadata,
    columnDefinitions: columnDefinitions(resource.kind),
    rows: entries.map((e) => rowOf(e, form.version, include, c.now)),
  };
  return valueResponse(c, table, form);
}
