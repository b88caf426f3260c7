import { equal, type KubeObject } from '@tiphys/sdk/machinery';

/** Nothing differs but when somebody wrote the same fields again: that isn't worth a revision. */
export function isUnchanged(next: KubeObject, old: KubeObject): boolean {
  const [fields, before] = [next.metadata.managedFields, old.metadata.managedFields];
  if (fields === before || !fields || fields.length !== before?.length) return equal(next, old);
  const managedFields = fields.map((entry, i) => ({ ...entry, ...(before[i]!.time && { time: before[i]!.time }) }));
  return equal({ ...next, metadata: { ...next.metadata, managedFields } }, old);
}
