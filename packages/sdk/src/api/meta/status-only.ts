import type { KubeObject } from '../../machinery/index.ts';
import { setFields } from '../../schema/index.ts';
import { objectMeta } from './object-meta.ts';

type WithSpec = KubeObject & { spec?: unknown };

/** Whoever writes the status of some kinds can't say anything else by the way: labels and the like stay as they are. */
export function keepAllButStatus<O extends WithSpec>(next: O, old: O): void {
  next.spec = old.spec;
  const { labels, annotations, finalizers, ownerReferences, deletionTimestamp } = old.metadata;
  setFields(objectMeta, next.metadata, { labels, annotations, finalizers, ownerReferences, deletionTimestamp });
}

/** And so doesn't own it. */
export const statusOnlyResetFields = { '': [['status']], status: [['metadata'], ['spec']] };
