import {
  alreadyExists,
  conflict,
  type FieldError,
  invalidObject,
  type KubeObject,
  StatusError,
} from '@tiphys/sdk/machinery';
import type { Entry } from '../cache/entry.ts';
import type { Resource } from './resource.ts';

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

export const preconditionFailed = (resource: Resource, { key }: Entry, name: string, why: string): StatusError =>
  conflict(
    resource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${why}`,
  );

export const modified = (resource: Resource, name: string): StatusError =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
