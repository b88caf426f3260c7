import {
  alreadyExists,
  conflict,
  type FieldError,
  invalidObject,
  type KubeObject,
  type ObjectMeta,
  StatusError,
} from '@tiphys/sdk/machinery';
import { keyOf, type Resource } from './resource.ts';

/** Throws when there is something wrong with the object. */
export function refuseInvalid({ kind }: Resource, object: KubeObject, errors: readonly FieldError[]): void {
  // Upstream names the kind that it works with inside: the stored one.
  const { group } = kind.hub?.kind ?? kind;
  if (errors.length) throw invalidObject(group, kind.kind, object.metadata.name ?? '', errors);
}

/** Somebody has the name; `holder` as far as it is known. */
export function nameTaken(resource: Resource, name: string, holder: KubeObject | undefined): StatusError {
  const error = alreadyExists(resource, name);
  if (holder?.metadata.deletionTimestamp === undefined) return error;
  const { code, reason, message, details } = error.status;
  return new StatusError(code!, reason!, `object is being deleted: ${message}`, details);
}

interface Mistaken {
  readonly wanted: string;
  readonly is: ObjectMeta;
}

/** Who writes meant an object of another uid. */
export const otherUid = (resource: Resource, mistaken: Mistaken, request: { readonly dryRun: boolean }): StatusError =>
  failedPrecondition(
    resource,
    mistaken.is,
    request,
    `UID in precondition: ${mistaken.wanted}, UID in object meta: ${mistaken.is.uid}`,
  );

/** Who writes meant the object as it was at another revision. */
export const otherRevision = (
  resource: Resource,
  { wanted, is }: Mistaken,
  request: { readonly dryRun: boolean },
): StatusError =>
  failedPrecondition(
    resource,
    is,
    request,
    `ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${is.resourceVersion}`,
  );

function failedPrecondition(
  resource: Resource,
  is: ObjectMeta,
  { dryRun }: { readonly dryRun: boolean },
  why: string,
): StatusError {
  const key = keyOf(resource, is.namespace ?? '', is.name ?? '');
  // Where a write is only tried, upstream hasn't put its root before the key yet.
  const told = dryRun ? key.replace(/^\/registry/, '') : key;
  return conflict(
    resource,
    is.name ?? '',
    `StorageError: invalid object, Code: 4, Key: ${told}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${why}`,
  );
}

export const modified = (resource: Resource, name: string): StatusError =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
