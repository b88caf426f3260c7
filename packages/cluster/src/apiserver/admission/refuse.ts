import { forbidden, type StatusError } from '@tiphys/sdk/machinery';
import type { AdmissionAttributes } from './plugin.ts';

/** 403 about the object of the request (upstream's admission.NewForbidden). */
export function refuse({ group, resource, name, object }: AdmissionAttributes, why: string): StatusError {
  const { generateName } = object?.metadata ?? {};
  const called = name || object?.metadata.name || '';
  // An object that is still to be named is spoken of by what its name begins with.
  return forbidden({ group, resource }, called || generateName || 'Unknown', why);
}
