import type { KubeObject } from '@tiphys/sdk/machinery';

/** Of several that are marked as the default the newest counts; of two as new the one whose name comes first. */
export function newestOf<O extends KubeObject>(defaults: readonly O[]): O | undefined {
  const made = ({ metadata }: O) => metadata.creationTimestamp ?? '';
  return defaults.toSorted((a, b) =>
    made(a) === made(b) ? ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1) : made(a) > made(b) ? -1 : 1,
  )[0];
}
