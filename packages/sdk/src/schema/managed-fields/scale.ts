import type { ManagedFieldsEntry } from '../../machinery/index.ts';
import { difference, fieldSetOf, intersection, union } from './field-set.ts';
import { identityOf, type Managers, type Owner, readManagers, writeManagers } from './managers.ts';

const scaleVersion = 'autoscaling/v1';
const scaleReplicas = fieldSetOf([['spec', 'replicas']]);

/** Where an object keeps its replicas: `['spec', 'replicas']`, and the version its managed fields are told in. */
export interface ScaleMapping {
  readonly replicasPath: readonly string[];
  readonly apiVersion: string;
}

/** The managed fields of a Scale: who of the object's managers owns its replicas. */
export function scaleManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  { replicasPath }: ScaleMapping,
): ManagedFieldsEntry[] | undefined {
  const path = fieldSetOf([replicasPath]);
  const managers: Managers = new Map();
  for (const owner of read(parent).values()) {
    if (!intersection(owner.set, path)) continue;
    const scaled = { ...owner, apiVersion: scaleVersion, set: scaleReplicas };
    managers.set(identityOf(scaled), scaled);
  }
  return writeManagers(managers);
}

/**
 * The object's managed fields after its Scale was written. An entry that only the Scale has comes without a time. So do those of
 * updaters, who are told by version too, and the Scale's is another: as upstream, the replicas stand in a second entry of theirs.
 */
export function parentManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  { replicasPath, apiVersion }: ScaleMapping,
): ManagedFieldsEntry[] | undefined {
  const path = fieldSetOf([replicasPath]);
  const scaled = new Map<string, Owner>();
  for (const owner of read(scale).values()) {
    if (intersection(owner.set, scaleReplicas)) scaled.set(identityOf(owner), owner);
  }
  const managers: Managers = new Map();
  for (const owner of read(parent).values()) {
    const key = identityOf(owner);
    const set = scaled.delete(key) ? union(owner.set, path) : difference(owner.set, path);
    if (set) managers.set(key, { ...owner, set });
  }
  for (const [key, owner] of scaled) managers.set(key, { ...owner, apiVersion, time: undefined, set: path });
  return writeManagers(managers);
}

const read = (entries: readonly ManagedFieldsEntry[] | undefined): Managers =>
  readManagers(entries ?? []) ?? new Map<string, Owner>();
