import { type KubeObject, type ManagedFieldsEntry, timestamp } from '@tiphys/sdk/machinery';
import {
  type AnyKind,
  configProblems,
  type Converter,
  managerOf,
  resetFieldsOf,
  updateManaged,
  type Versions,
} from '@tiphys/sdk/schema';
import { converting, Unconverted } from './converting.ts';
import { versionsOf } from './kind-versions.ts';

/** In whose name fields are written: what the client says, else what its User-Agent begins with. */
export interface FieldManager {
  readonly fieldManager: string;
  readonly userAgent: string;
}

export const managerName = ({ fieldManager, userAgent }: FieldManager): string => managerOf(fieldManager, userAgent);

/** What is written, over what, and by whom. */
interface Tracked {
  readonly next: KubeObject;
  readonly old: KubeObject | undefined;
  readonly manager: FieldManager;
  readonly subresource: string;
  readonly now: number;
}

/** Notes in the object's managed fields who has just set what. Changes `next`. */
export const trackFields = (kind: AnyKind, write: Tracked): void => track(kind, write, versionsOf(kind));

/** The same where others must be asked what it is in the versions in which somebody owns fields. */
export const trackConverted = (kind: AnyKind, converter: Converter, write: Tracked): Promise<void> =>
  converting(kind, converter, (versions) => track(kind, write, versions));

function track(kind: AnyKind, { next, old, manager, subresource, now }: Tracked, versions: Versions): void {
  let managedFields: ManagedFieldsEntry[] | undefined;
  try {
    refuseUntold(kind, old, next);
    managedFields = updateManaged({
      shape: kind.schema.shape,
      old,
      next,
      manager: managerName(manager),
      apiVersion: kind.apiVersion,
      subresource,
      now: timestamp(now),
      ignore: resetFieldsOf(kind, subresource),
      versions,
    });
  } catch (err) {
    if (err instanceof Unconverted) throw err;
    // Items without their key can't be told apart, fields may be unknown to a version in which somebody owns some, and yet
    // such objects are accepted: nobody owns their fields, as upstream.
    managedFields = undefined;
  }
  if (managedFields?.length) next.metadata.managedFields = managedFields;
  else delete next.metadata.managedFields;
}

/** What is owned in another version is compared in that version, which must know every field. */
function refuseUntold(kind: AnyKind, old: KubeObject | undefined, next: KubeObject): void {
  const versions = kind.versions?.();
  if (!versions || versions.length < 2 || kind.converter) return;
  const owned = new Set(old?.metadata.managedFields?.map(({ apiVersion }) => apiVersion));
  owned.delete(kind.apiVersion);
  for (const version of versions) {
    if (!owned.has(version.apiVersion)) continue;
    const [problem] = configProblems(version.schema.shape, next);
    if (problem !== undefined) throw new Error(problem);
  }
}
