import type { Deployment, ReplicaSet } from '@tiphys/sdk/api';
import { type KubeObject, own, put } from '@tiphys/sdk/machinery';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

export const rollbackAnnotation = 'deprecated.deployment.rollback.to';

const longestHistory = 2000;

/** Annotations of a Deployment that don't go on to its sets. */
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  rollbackAnnotation,
]);

type Annotations = Record<string, string>;

/** The number in an annotation; undefined when there is none or it isn't one. */
export function annotationNumber({ metadata }: KubeObject, name: string): number | undefined {
  return wholeNumber(own(metadata.annotations, name) ?? '');
}

const wholeNumber = (text: string) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined);

export const revisionOf = (object: KubeObject): number => annotationNumber(object, revisionAnnotation) ?? 0;

/** The set's annotations as the Deployment wants them; those that the Deployment lost stay. */
export function setAnnotations(d: Deployment, current: Annotations, revision: number, history: boolean): Annotations {
  const next: Annotations = { ...current };
  for (const [name, value] of Object.entries(d.metadata.annotations ?? {})) {
    if (!ownAnnotations.has(name)) put(next, name, value);
  }
  const before = own(current, revisionAnnotation);
  const known = before ? wholeNumber(before) : 0;
  // A set with somebody else's scheme of revisions is left alone.
  if (known === undefined) return current;
  if (known >= revision) return next;
  next[revisionAnnotation] = String(revision);
  if (history && before !== undefined) next[historyAnnotation] = appended(own(current, historyAnnotation), before);
  return next;
}

/** The Deployment's annotations when it becomes again what this set has kept. */
export function annotationsOfRollback(current: Annotations, { metadata }: ReplicaSet): Annotations {
  const kept = Object.entries(current).filter(([name]) => ownAnnotations.has(name));
  const back = Object.entries(metadata.annotations ?? {}).filter(([name]) => !ownAnnotations.has(name));
  return Object.fromEntries([...kept, ...back]);
}

/** Which revisions a set had before: a rollback makes an old set the newest again. */
function appended(history: string | undefined, revision: string): string {
  const revisions = [...(history ? history.split(',') : []), revision];
  while (revisions.length > 1 && revisions.join(',').length > longestHistory) revisions.shift();
  return revisions.join(',');
}

/** Of what whole the set's size is a part; proportional scaling needs it later. */
export const scaleAnnotations = (d: Deployment, surge: number): Annotations => ({
  [desiredAnnotation]: String(d.spec.replicas),
  [maxAnnotation]: String(d.spec.replicas + surge),
});

export const hasAnnotations = ({ metadata }: ReplicaSet, wanted: Annotations): boolean =>
  Object.entries(wanted).every(([name, value]) => own(metadata.annotations, name) === value);
