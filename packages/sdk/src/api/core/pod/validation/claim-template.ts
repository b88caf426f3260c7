import type { FieldError, Path } from '../../../../machinery/index.ts';
import { validateTemplateMetadata } from '../../../meta/template-metadata.ts';
import { validateClaimSpec } from '../../persistentvolumeclaim/spec-rules.ts';
import type { PersistentVolumeClaimTemplate } from '../volume.ts';

/** A claim that a pod brings along. */
export function* validateClaimTemplate(template: PersistentVolumeClaimTemplate, at: Path): Iterable<FieldError> {
  const { metadata, spec } = template;
  yield* validateTemplateMetadata(metadata, at.child('metadata'));
  yield* validateClaimSpec(spec, at.child('spec'));
}
