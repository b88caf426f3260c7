import { field, type FieldError, type KubeObject, type ObjectMeta } from '@tiphys/sdk/machinery';
import {
  nameIsPathSegment,
  nameIsSubdomain,
  type NameRule,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '@tiphys/sdk/schema';
import type { Resource } from './resource.ts';

const at = field('metadata');

/** What is wrong with the metadata of an object that is to be made. */
export const metadataProblems = (resource: Resource, object: KubeObject): Iterable<FieldError> =>
  validateObjectMeta(object.metadata, rulesOf(resource, object), at);

/** Every update's own look at the metadata, and then the kind's. What both find is told twice, as upstream tells it. */
export function* metadataUpdateProblems(resource: Resource, object: KubeObject, old: ObjectMeta): Iterable<FieldError> {
  const next = object.metadata;
  const rules = rulesOf(resource, object);
  yield* validateObjectMeta(next, { ...rules, nameRule: nameIsPathSegment }, at);
  yield* validateObjectMetaUpdate(next, old, at);
  yield* validateObjectMetaUpdate(next, old, at);
  if (resource.kind.rechecksMetadata ?? true) yield* validateObjectMeta(next, rules, at);
}

function rulesOf({ kind, namespaced }: Resource, object: KubeObject) {
  const nameRule: NameRule = (name, prefix) =>
    kind.validateName ? kind.validateName(name, prefix, object) : nameIsSubdomain(name, prefix);
  return { namespaced, nameRule, anyFinalizer: kind.anyFinalizer ?? false };
}
