import { qualifiedNameProblems } from '@tiphys/sdk/machinery';
import type { AdmissionAttributes } from './plugin.ts';

/** Tells the audit log something about a write. A key that isn't of the form `prefix/name` is nobody's, and dropped as upstream drops it. */
export function annotate({ audit }: AdmissionAttributes, key: string, value: string, from?: 'Request'): void {
  if (audit && key.includes('/') && !qualifiedNameProblems(key).length) audit.annotate(key, value, from);
}
