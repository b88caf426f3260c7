import { equal, type KubeObject } from '../machinery/index.ts';

/** Whether a change counts; `old` is undefined for an addition, `next` for a deletion. */
export type Predicate<O> = (next: O | undefined, old: O | undefined) => boolean;

/** Additions, deletions, and changes for which the view of the object differs. */
export const changes =
  <O extends KubeObject>(...views: ((object: O) => unknown)[]): Predicate<O> =>
  (next, old) =>
    !next || !old || views.some((view) => !equal(view(next), view(old)));

/** The spec, as far as the server counts its changes, or the beginning of deletion. */
export const generationChanged: Predicate<KubeObject> = changes(
  (o) => o.metadata.generation,
  (o) => o.metadata.deletionTimestamp,
);

export const labelsChanged: Predicate<KubeObject> = changes((o) => o.metadata.labels);
export const annotationsChanged: Predicate<KubeObject> = changes((o) => o.metadata.annotations);

export const anyOf =
  <O>(...predicates: Predicate<O>[]): Predicate<O> =>
  (next, old) =>
    predicates.some((p) => p(next, old));
