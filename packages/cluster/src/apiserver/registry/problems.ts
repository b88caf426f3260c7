import { addAll, field, type FieldError, type KubeObject } from '@tiphys/sdk/machinery';
import {
  type MetadataRules,
  nameIsPathSegment,
  nameIsSubdomain,
  type PartStrategy,
  type RuleContext,
  type UpdateRule,
  validateFinalizerDomains,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '@tiphys/sdk/schema';
import type { Resource } from './resource.ts';

const at = field('metadata');

/** What is wrong with an object that is to be made: one look after the other, of which the next is for what passed the one before. */
export function* creationProblems(
  resource: Resource,
  object: KubeObject,
  context: RuleContext,
): Iterable<FieldError[]> {
  const { createRules = newRules } = resource.kind;
  const problems: FieldError[] = [];
  for (const rule of createRules) addAll(problems, newJudges[rule](resource, object, context) ?? none);
  yield problems;
  if (!createRules.includes('metadata')) yield [...everyWritesProblems(resource, object)];
}

/** What a kind's rules for creations look at. */
const newRules = ['metadata', 'object'] as const;
const none: readonly FieldError[] = [];
const newJudges = {
  metadata: metadataProblems,
  object: ({ kind }: Resource, object: KubeObject, context: RuleContext) => kind.validate?.(object, undefined, context),
  creation: ({ kind }: Resource, object: KubeObject) => kind.validateCreation?.(object),
};

/** Every update's own look at the metadata, and then the kind's rules. What both find is told twice, as upstream tells it. */
export function updateProblems(
  resource: Resource,
  part: PartStrategy<KubeObject> | undefined,
  { next, old }: { next: KubeObject; old: KubeObject },
  context: RuleContext,
): readonly FieldError[] {
  const { kind } = resource;
  const ofMetadata = validateObjectMetaUpdate(next.metadata, old.metadata, at);
  const problems = [...everyWritesProblems(resource, next), ...ofMetadata];
  const judge = (rule: UpdateRule): Iterable<FieldError> | undefined => {
    switch (rule) {
      case 'metadata':
        return metadataProblems(resource, next, context);
      case 'metadataChange':
        return kind.anyFinalizer ? ofMetadata : [...ofMetadata, ...validateFinalizerDomains(next.metadata, at)];
      case 'object':
        return part ? part.validate?.(next, old, context) : kind.validate?.(next, old, context);
      case 'change':
        return (part ?? kind).validateChange?.(next, old, context);
    }
  };
  const order = part ? (part.updateRules ?? partRules) : (kind.updateRules ?? wholeRules);
  for (const rule of order) addAll(problems, judge(rule) ?? none);
  return problems;
}

const wholeRules: readonly UpdateRule[] = ['metadataChange', 'object', 'change'];
const partRules: readonly UpdateRule[] = ['metadataChange', 'object'];

const everyWritesProblems = ({ namespaced }: Resource, { metadata }: KubeObject): readonly FieldError[] =>
  validateObjectMeta(metadata, { namespaced, nameRule: nameIsPathSegment }, at);

function metadataProblems(
  { kind, namespaced }: Resource,
  object: KubeObject,
  context: RuleContext,
): readonly FieldError[] {
  const nameRule: MetadataRules['nameRule'] = (name, prefix) =>
    kind.validateName ? kind.validateName(name, prefix, object, context) : nameIsSubdomain(name, prefix);
  const problems = validateObjectMeta(object.metadata, { namespaced, nameRule }, at);
  return kind.anyFinalizer ? problems : [...problems, ...validateFinalizerDomains(object.metadata, at)];
}
