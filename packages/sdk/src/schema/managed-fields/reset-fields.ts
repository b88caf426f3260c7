import type { AnyKind } from '../kind.ts';
import type { FieldPath } from './update.ts';

/** What a write through one way can't set, and so doesn't own: `status` in the object's own writes, `spec` in its status'. */
export function resetFieldsOf(kind: AnyKind, subresource: string): readonly FieldPath[] {
  const declared = kind.resetFields?.[subresource];
  if (declared) return declared;
  if (!kind.status) return [];
  if (subresource === '') return [['status']];
  if (subresource !== 'status') return [];
  const keepsMetadata = typeof kind.status === 'object' && kind.status.keepsMetadata;
  return keepsMetadata ? [['metadata'], ['spec']] : [['spec']];
}
