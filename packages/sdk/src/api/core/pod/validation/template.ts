import {
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
export function* validatePodTemplate(
  { metadata, spec }: PodTemplateSpec,
  at: Path,
  { old, gates }: TemplateBefore,
): Iterable<FieldError> {
  const rules = podRules(false, old, gates);
  const { labels, annotations } = metadata;
  const specAt = at.child('spec');
  if (labels) yield* validateLabels(labels, at.child('labels'));
  if (annotations) {
    yield* validateAnnotations(annotations, at.child('annotations'));
    yield* validatePodAnnotations(annotations, at.child('annotations'), { spec, rules });
  }
  yield* validatePodSpec(spec, specAt, { rules });
  if (annotations) yield* validateProfilesAgree(annotations, spec, specAt);
  if (spec.ephemeralContainers?.length) {
    yield forbiddenAt(specAt.child('ephemeralContainers'), 'ephemeral containers not allowed in pod template');
  }
}

export interface TemplateOwner extends TemplateBefore {
  /** Which pods it takes for its own; it must take those made from the template. */
  readonly selector: LabelSelector | null;
  /** What upstream calls it where it refuses a deadline. */
  readonly kind: string;
}

/** The template of a kind that keeps pods running. */
export function* validateLastingTemplate(
  template: PodTemplateSpec,
  at: Path,
  { selector, kind, old, gates }: TemplateOwner,
): Iterable<FieldError> {
  const { metadata, spec } = template;
  const labels = metadata.labels;
  if (!labelSelectorOf(selector).matches(labels ?? {})) {
    yield unmatchedLabels(template, at);
  }
  yield* validatePodTemplate(template, at, { old, gates });
  if (spec.restartPolicy !== 'Always') {
    yield notSupported(at.child('spec', 'restartPolicy'), spec.restartPolicy, ['Always']);
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    yield forbiddenAt(at.child('spec', 'activeDeadlineSeconds'), why);
  }
}

/** That a selector doesn't choose the pods that are made after a template, which stands here. */
export function unmatchedLabels({ metadata }: PodTemplateSpec, at: Path): FieldError {
  const labels = asGiven(metadata, 'labels');
  const why = '`selector` does not match template `labels`';
  return invalid(at.child('metadata', 'labels'), labels ? inKeyOrder(labels) : null, why);
}
