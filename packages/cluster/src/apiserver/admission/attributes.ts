import type { KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { RequestContext } from '../context.ts';
import type { WriteRequest } from '../registry/registry.ts';
import type { AdmissionAttributes } from './plugin.ts';

/** The creation of something that isn't stored as it comes: a review, a binding, an eviction, a token request. */
export const creationOf = (
  { info }: RequestContext,
  kind: AnyKind,
  { request, object }: { request: WriteRequest; object: KubeObject },
): AdmissionAttributes => ({
  operation: 'CREATE',
  kind,
  group: info.group,
  version: info.version,
  resource: info.resource,
  subresource: info.subresource,
  namespace: info.namespace,
  name: info.name || object.metadata.name || '',
  object,
  user: request.user,
  options: request.options,
  dryRun: request.dryRun,
  warn: (text) => request.warn(text),
});

/** The change of something that is a view of what is stored: a scale. */
export const updateOf = (
  c: RequestContext,
  kind: AnyKind,
  { oldObject, ...written }: { request: WriteRequest; object: KubeObject; oldObject: KubeObject },
): AdmissionAttributes => ({ ...creationOf(c, kind, written), operation: 'UPDATE', oldObject });
