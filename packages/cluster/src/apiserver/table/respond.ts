import type { JsonObject, KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Entry } from '../cache/entry.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import { listBody } from '../handlers/list-body.ts';
import type { Negotiated } from '../handlers/negotiate.ts';
import { bytesResponse, valueResponse } from '../handlers/respond.ts';
import type { Resource } from '../registry/resource.ts';
import { columnDefinitions, includeObjectOf, rowOf } from './table.ts';

/** A list as `kubectl get` prints it. */
export async function tableResponse(
  c: RequestContext,
  resource: Resource,
  entries: readonly Entry[],
  form: Negotiated,
  metadata: JsonObject,
  clock: Clock,
): Promise<ServerResponse> {
  const { head, row } = tableOf(c, resource.kind, form, metadata);
  if (c.request.objects || form.media === 'yaml' || form.pretty)
    return valueResponse(c, { ...head, rows: entries.map(row) }, form);
  c.audit?.responded(() => ({ ...head, rows: entries.map(row) }));
  const bytesOf = (e: Entry) => Buffer.from(JSON.stringify(row(e)));
  return bytesResponse(await listBody(head, 'rows', entries, bytesOf, clock), form.contentType, 200);
}

/** One object as `kubectl get` prints it. */
export function rowResponse(
  c: RequestContext,
  kind: AnyKind,
  { object, revision }: { readonly object: KubeObject; readonly revision: number },
  form: Negotiated,
  status = 200,
): ServerResponse {
  // What was only tried has no revision.
  const metadata = revision ? { resourceVersion: String(revision) } : {};
  const { head, row } = tableOf(c, kind, form, metadata);
  return valueResponse(c, { ...head, rows: [row({ object })] }, form, status);
}

export function tableOf(c: RequestContext, kind: AnyKind, { version }: Negotiated, metadata: JsonObject) {
  const include = includeObjectOf(c.query);
  return {
    head: {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${version}`,
      metadata,
      columnDefinitions: columnDefinitions(kind),
    },
    row: ({ object }: Pick<Entry, 'object'>) => rowOf(kind, object, version, include, c.now),
  };
}
