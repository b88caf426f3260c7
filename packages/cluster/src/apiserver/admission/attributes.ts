import type { KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { RequestContext } from '../context.ts';
import type { WriteRequest } from '../registry/requests.ts';
import type { AdmissionAttributes, Operation } from './plugin.ts';

/** What is written, and by which name of it. */
type Target = Pick<AdmissionAttributes, 'kind' | 'group' | 'version' | 'resource'>;

/** A write as admission sees it. */
export const attributesOf = (
  { kind, group, version, resource }: Target,
  operation: Operation,
  request: WriteRequest & { readonly subresource?: string },
  { object, oldObject }: { readonly object?: KubeObject; readonly oldObject?: KubeObject },
): AdmissionAttributes => ({
  operation,
  kind,
  group,
  version,
  resource,
  subresource: request.subresource ?? '',
  namespace: request.namespace,
  name: request.name || object?.metadata.name || '',
  user: request.user,
  options: request.options,
  dryRun: request.dryRun,
  admitted: request.admitted === true,
  warn: request.warn,
  audit: request.audit,
  object,
  oldObject,
});

/** The creation of something that isn't stored as it comes: a review, a binding, an eviction, a token request. */
export const creationOf = (
  { info }: RequestContext,
  kind: AnyKind,
  { request, object }: { request: WriteRequest; object: KubeObject },
): AdmissionAttributes => {
  // What has been admitted already is what comes of it.
  const { admitted: _, ...asked } = { ...request, ...placeIn(info) };
  return attributesOf({ ...info, kind }, 'CREATE', asked, { object });
};

/** The change of something that is a view of what is stored: a scale. */
export const updateOf = (
  c: RequestContext,
  kind: AnyKind,
  { oldObject, ...written }: { request: WriteRequest; object: KubeObject; oldObject: KubeObject },
): AdmissionAttributes => ({ ...creationOf(c, kind, written), operation: 'UPDATE', oldObject });

const placeIn = ({ namespace, name, subresource }: RequestContext['info']) => ({ namespace, name, subresource });
