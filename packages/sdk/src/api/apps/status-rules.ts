import { field, type FieldError, invalid, nonNegative } from '../../machinery/index.ts';

interface Counts {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
}

const at = field('status');

/** Counts of pods: none below zero, no part above the whole, and none available that isn't ready. */
export function* validateCounts<C extends Counts>(
  status: C,
  counts: readonly (keyof C & string)[],
  parts: readonly (keyof C & string)[],
  readyName = 'readyReplicas',
): Iterable<FieldError> {
  const count = (name: keyof C & string) => status[name] as number | undefined;
  for (const name of counts) yield* nonNegative(count(name), at.child(name));
  for (const name of parts) {
    if ((count(name) ?? 0) <= (status.replicas ?? 0)) continue;
    yield invalid(at.child(name), count(name) ?? 0, 'cannot be greater than status.replicas');
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    yield invalid(at.child('availableReplicas'), status.availableReplicas ?? 0, `cannot be greater than ${readyName}`);
  }
}

/** How often a name was taken when one was to be made: it only ever grows. */
export function* validateCollisions(next: number | undefined, old: number | undefined): Iterable<FieldError> {
  if (old !== undefined && (next ?? -1) < old)
    yield invalid(at.child('collisionCount'), next ?? 0, 'cannot be decremented');
}
