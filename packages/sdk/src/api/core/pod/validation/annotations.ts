import {
  type FieldError,
  forbiddenAt,
  invalid,
  type ObjectMeta,
  type Path,
  syntaxProblem,
} from '../../../../machinery/index.ts';
import { decode, DecodeError, s } from '../../../../schema/index.ts';
import { type Toleration, toleration } from '../../taint.ts';
import type { PodSpec } from '../pod-spec.ts';
import { appArmorPrefix, validateAppArmorAnnotations, validateSeccompAnnotations } from './profiles.ts';
import type { PodRules } from './rules.ts';
import { validateTolerations } from './tolerations.ts';

/** Annotations that mean something to pods. */
type Annotations = NonNullable<ObjectMeta['annotations']>;

export const mirrorAnnotation = 'kubernetes.io/config.mirror';
const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';
const tolerationsAnnotation = 'scheduler.alpha.kubernetes.io/tolerations';

export const isMirrorPod = ({ annotations }: Pick<ObjectMeta, 'annotations'>): boolean =>
  annotations?.[mirrorAnnotation] !== undefined;

export function validatePodAnnotations(
  errors: FieldError[],
  annotations: Annotations,
  at: Path,
  { spec, rules }: { spec: PodSpec; rules: PodRules },
): void {
  const mirror = annotations[mirrorAnnotation];
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalid(at.key(mirrorAnnotation), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  if (annotations[tolerationsAnnotation]) {
    validateAnnotatedTolerations(errors, annotations[tolerationsAnnotation], at, rules);
  }
  const cost = deletionCostProblem(annotations);
  if (cost !== undefined && !rules.allowInvalidDeletionCost) {
    errors.push(invalid(at.key(deletionCostAnnotation), cost, 'must be a 32bit integer'));
  }
  validateSeccompAnnotations(errors, annotations, at);
  validateAppArmorAnnotations(errors, annotations, spec, at);
}

/** The deletion cost that is none. */
export function deletionCostProblem(annotations: Annotations | undefined): string | undefined {
  const cost = annotations?.[deletionCostAnnotation];
  if (cost === undefined) return undefined;
  const isCost = /^(0|-?\d+)$/.test(cost) && !/^0./.test(cost) && Number(cost) >= -(2 ** 31) && Number(cost) < 2 ** 31;
  return isCost ? undefined : cost;
}

function validateAnnotatedTolerations(errors: FieldError[], text: string, at: Path, rules: PodRules): void {
  let tolerations: Toleration[];
  try {
    tolerations = decode(s.list(toleration).shape, JSON.parse(text)) as Toleration[];
  } catch (err) {
    if (!(err instanceof SyntaxError || err instanceof DecodeError)) throw err;
    errors.push(invalid(at, tolerationsAnnotation, syntaxProblem(Buffer.from(text)) ?? err.message));
    return;
  }
  validateTolerations(errors, tolerations, at.child(tolerationsAnnotation), rules);
}

/** Some annotations are fixed once the pod is there. */
export function validateAnnotationUpdates(
  errors: FieldError[],
  next: Annotations | undefined,
  old: Annotations | undefined,
  at: Path,
): void {
  if (next === old) return;
  for (const key of Object.keys(old ?? {}).sort()) {
    if (next?.[key] === old![key]) continue;
    if (key.startsWith(appArmorPrefix))
      errors.push(forbiddenAt(at.key(key), 'may not remove or update AppArmor annotations'));
    if (key === mirrorAnnotation)
      errors.push(forbiddenAt(at.key(key), 'may not remove or update mirror pod annotation'));
  }
  for (const key of Object.keys(next ?? {}).sort()) {
    if (old?.[key] !== undefined) continue;
    if (key.startsWith(appArmorPrefix)) errors.push(forbiddenAt(at.key(key), 'may not add AppArmor annotations'));
    if (key === mirrorAnnotation) errors.push(forbiddenAt(at.key(key), 'may not add mirror pod annotation'));
  }
}
