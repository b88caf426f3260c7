import {
  addAll,
  asGiven,
  type FieldError,
  forbiddenAt,
  inKeyOrder,
  invalid,
  labelSelectorOf,
  notSupported,
  type Path,
} from '../../../../machinery/index.ts';
import { type Gates, validateAnnotations, validateLabels } from '../../../../schema/index.ts';
import type { LabelSelector } from '../../../meta/label-selector.ts';
import type { PodTemplateSpec } from '../pod-template.ts';
import { validatePodAnnotations } from './annotations.ts';
import { validatePodSpec } from './pod-spec.ts';
import { validateProfilesAgree } from './profiles.ts';
import { podRules } from './rules.ts';

export interface TemplateBefore {
  readonly old?: PodTemplateSpec | undefined;
  readonly gates?: Gates | undefined;
}

/** A template for pods; `old` is what it was before, whose faults it may keep. */
export function validatePodTemplate(
  errors: FieldError[],
  { metadata, spec }: PodTemplateSpec,
  at: Path,
  { old, gates }: TemplateBefore,
): void {
  const rules = podRules(false, old, gates);
  const { labels, annotations } = metadata;
  const specAt = at.child('spec');
  if (labels) addAll(errors, validateLabels(labels, at.child('labels')));
  if (annotations) {
    addAll(errors, validateAnnotations(annotations, at.child('annotations')));
    validatePodAnnotations(errors, annotations, at.child('annotations'), { spec, rules });
  }
  validatePodSpec(errors, spec, specAt, { rules });
  if (annotations) validateProfilesAgree(errors, annotations, spec, specAt);
  if (spec.ephemeralContainers?.length) {
    errors.push(forbiddenAt(specAt.child('ephemeralContainers'), 'ephemeral containers not allowed in pod template'));
  }
}

export interface TemplateOwner extends TemplateBefore {
  /** Which pods it takes for its own; it must take those made from the template. */
  readonly selector: LabelSelector | null;
  /** What upstream calls it where it refuses a deadline. */
  readonly kind: string;
}

/** The template of a kind that keeps pods running. */
export function validateLastingTemplate(
  errors: FieldError[],
  template: PodTemplateSpec,
  at: Path,
  { selector, kind, old, gates }: TemplateOwner,
): void {
  const { metadata, spec } = template;
  const labels = metadata.labels;
  if (!labelSelectorOf(selector).matches(labels ?? {})) {
    errors.push(unmatchedLabels(template, at));
  }
  validatePodTemplate(errors, template, at, { old, gates });
  if (spec.restartPolicy !== 'Always') {
    errors.push(notSupported(at.child('spec', 'restartPolicy'), spec.restartPolicy, ['Always']));
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbiddenAt(at.child('spec', 'activeDeadlineSeconds'), why));
  }
}

/** That a selector doesn't choose the pods that are made after a template, which stands here. */
export function unmatchedLabels({ metadata }: PodTemplateSpec, at: Path): FieldError {
  const labels = asGiven(metadata, 'labels');
  const why = '`selector` does not match template `labels`';
  return invalid(at.child('metadata', 'labels'), labels ? inKeyOrder(labels) : null, why);
}
