import { addAll, type FieldError, type Path } from '../../../../machinery/index.ts';
import { validateTemplateMetadata } from '../../../meta/template-metadata.ts';
import { validateClaimSpec } from '../../persistentvolumeclaim/spec-rules.ts';
import type { PersistentVolumeClaimTemplate } from '../volume.ts';

/** A claim that a pod brings along. */
export function validateClaimTemplate(errors: FieldError[], template: PersistentVolumeClaimTemplate, at: Path): void {
  const { metadata, spec } = template;
  addAll(errors, validateTemplateMetadata(metadata, at.child('metadata')));
  addAll(errors, validateClaimSpec(spec, at.child('spec')));
}
