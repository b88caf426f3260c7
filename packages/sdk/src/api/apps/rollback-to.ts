import { field, type FieldError, inKeyOrder, invalid } from '../../machinery/index.ts';
import { DecodeError } from '../../schema/index.ts';
import type { Deployment } from './deployment.ts';
import { parseInt64 } from './parse-int64.ts';

/** The revision that a deployment shall go back to. Once a field of its spec, it stands in an annotation since. */
const key = 'deprecated.deployment.rollback.to';

/** It is a number as numbers are written, or isn't there. Changes the object. */
export function fillRollbackTo({ metadata }: Deployment): void {
  const said = metadata.annotations?.[key];
  if (said === undefined) return;
  try {
    setRollbackTo(metadata, said && String(parseInt64(said)));
  } catch (err) {
    throw new DecodeError(`failed to parse annotation[${key}]=${said} as int64: ${(err as Error).message}`);
  }
}

export function* rollbackToRules({ metadata: { annotations } }: Deployment): Iterable<FieldError> {
  const said = annotations?.[key];
  if (said?.startsWith('-')) {
    yield invalid(field('spec', 'rollback', 'version'), Number(said), 'must be greater than or equal to 0');
  }
}

/** As part of what is wanted it isn't changed with the status. Changes `next`. */
export function keepRollbackTo(next: Deployment, old: Deployment): void {
  const [said, was] = [next.metadata.annotations?.[key], old.metadata.annotations?.[key]];
  if (said !== was) setRollbackTo(next.metadata, was);
}

/** Inside it isn't among the annotations. */
export function withoutRollbackTo(deployment: Deployment): Deployment {
  if (deployment.metadata.annotations?.[key] === undefined) return deployment;
  const metadata = { ...deployment.metadata };
  setRollbackTo(metadata, undefined);
  return { ...deployment, metadata };
}

function setRollbackTo(metadata: Deployment['metadata'], revision: string | undefined): void {
  const { [key]: _, ...rest } = metadata.annotations ?? {};
  if (revision) metadata.annotations = inKeyOrder({ ...rest, [key]: revision });
  else if (Object.keys(rest).length) metadata.annotations = rest;
  else delete metadata.annotations;
}
