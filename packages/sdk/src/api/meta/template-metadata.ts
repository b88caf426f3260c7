import { type FieldError, forbiddenAt, type ObjectMeta, type Path } from '../../machinery/index.ts';
import { validateAnnotations, validateLabels } from '../../schema/index.ts';

/** Of the metadata of what is made from a template only labels and annotations count. */
export function* validateTemplateMetadata(metadata: ObjectMeta, at: Path): Iterable<FieldError> {
  yield* validateAnnotations(metadata.annotations, at.child('annotations'));
  yield* validateLabels(metadata.labels, at.child('labels'));
  for (const [name, value] of Object.entries(metadata)) {
    if (name !== 'labels' && name !== 'annotations' && value !== undefined && value !== null) {
      yield forbiddenAt(at.child(name), 'cannot be set');
    }
  }
}
