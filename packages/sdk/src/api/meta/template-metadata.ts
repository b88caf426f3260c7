import { type FieldError, forbiddenAt, type ObjectMeta, type Path, wasGivenEmpty } from '../../machinery/index.ts';
import { validateAnnotations, validateLabels } from '../../schema/index.ts';
import { objectMeta } from './object-meta.ts';

/** Of the metadata of what is made from a template only labels and annotations count. */
export function* validateTemplateMetadata(metadata: ObjectMeta, at: Path): Iterable<FieldError> {
  yield* validateAnnotations(metadata.annotations, at.child('annotations'));
  yield* validateLabels(metadata.labels, at.child('labels'));
  for (const name of objectMeta.shape.fields.keys()) {
    if (name === 'labels' || name === 'annotations') continue;
    // An empty list has been set, too.
    const isSet = (metadata as Record<string, unknown>)[name] ?? wasGivenEmpty(metadata, name);
    // Go's names, with a small letter first.
    if (isSet !== false) yield forbiddenAt(at.child(name === 'uid' ? 'uID' : name), 'cannot be set');
  }
}
