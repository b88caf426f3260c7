import type { Taint, Toleration } from '@tiphys/sdk/api';

/** An empty key with `Exists` tolerates every taint, an empty effect every effect. */
export function tolerates(t: Toleration, taint: Taint): boolean {
  if (t.effect && t.effect !== taint.effect) return false;
  if (t.key && t.key !== taint.key) return false;
  if (t.operator === 'Exists') return true;
  return (!t.operator || t.operator === 'Equal') && Boolean(t.key) && (t.value ?? '') === (taint.value ?? '');
}

export const toleratesAny = (tolerations: readonly Toleration[] | undefined, taint: Taint): boolean =>
  tolerations?.some((t) => tolerates(t, taint)) ?? false;
