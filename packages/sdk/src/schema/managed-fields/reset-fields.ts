import type { AnyKind } from '../kind.ts';
import type { FieldPath } from './update.ts';

/** What a write through one way can't set, and so doesn't own: `status` in the object's own writes, `spec` in its status'. */
export function resetFieldsOf(kind: AnyKind, subresource: string): readonly FieldPath[] {
  const declared = kind.resetFields?.[subresource];
  if (declared) return declared;
  if (!kind.status) return none;
  if (subresource === '') return status;
  if (subresource !== 'status') return none;
  return typeof kind.status === 'object' && kind.status.keepsMetadata ? metadataAndSpec : spec;
}

// The same list for the same way: what is known of a write's effects is known by it.
const none: readonly FieldPath[] = [];
const status: readonly FieldPath[] = [['status']];
const spec: readonly FieldPath[] = [['spec']];
const metadataAndSpec: readonly FieldPath[] = [['metadata'], ['spec']];
