import { type KubeObject, timestamp } from '@tiphys/sdk/machinery';
import { type AnyKind, managerOf, resetFieldsOf, updateManaged } from '@tiphys/sdk/schema';

/** In whose name fields are written: what the client says, else what its User-Agent begins with. */
export interface FieldManager {
  readonly fieldManager: string;
  readonly userAgent: string;
}

export const managerName = ({ fieldManager, userAgent }: FieldManager): string => managerOf(fieldManager, userAgent);

/** Notes in the object's managed fields who has just set what. Changes `next`. */
export function trackFields(
  kind: AnyKind,
  {
    next,
    old,
    manager,
    subresource,
    now,
  }: { next: KubeObject; old: KubeObject | undefined; manager: FieldManager; subresource: string; now: number },
): void {
  const track = () =>
    updateManaged({
      shape: kind.schema.shape,
      old,
      next,
      manager: managerName(manager),
      apiVersion: kind.apiVersion,
      subresource,
      now: timestamp(now),
      ignore: resetFieldsOf(kind, subresource),
    });
  let managedFields: ReturnType<typeof track>;
  try {
    managedFields = track();
  } catch {
    // Items without their key can't be told apart, yet such objects are accepted: nobody owns their fields, as upstream.
    managedFields = undefined;
  }
  if (managedFields?.length) next.metadata.managedFields = managedFields;
  else delete next.metadata.managedFields;
}
