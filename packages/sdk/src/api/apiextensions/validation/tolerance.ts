import { equal, field, isRefused } from '../../../machinery/index.ts';
import type { CustomResourceDefinitionSpec } from '../definition-spec.ts';
import type { JSONSchemaProps } from '../json-schema.ts';
import { hasUnprunedDefault } from './defaults.ts';
import { keyedItemRules, type SchemaRules, schemaTypes, setItemRules } from './schema.ts';
import { structuralProblems, unsupportedProblem } from './structural.ts';

/** Leniency towards definitions that were stored before. */
export interface DefinitionRules extends SchemaRules {
  readonly requireSchema: boolean;
  readonly requireStructural: boolean;
  readonly requirePruned: boolean;
}

export const schemasOf = (spec: CustomResourceDefinitionSpec | undefined): JSONSchemaProps[] =>
  (spec?.versions ?? []).flatMap((v) => v.schema?.openAPIV3Schema ?? []);

/** What was let pass once goes on passing. */
export function rulesFor(old: CustomResourceDefinitionSpec | undefined): DefinitionRules {
  const has = (bad: (s: JSONSchemaProps) => boolean) => schemasOf(old).some((s) => somewhere(s, bad));
  const itemsOf = (s: JSONSchemaProps) => (Array.isArray(s.items) ? undefined : s.items);
  const none = field('');
  return {
    requireSchema: !old || schemasOf(old).length === (old.versions ?? []).length,
    requireStructural: !schemasOf(old).some((s) => unsupportedProblem(s) ?? structuralProblems(s, none).length),
    requirePruned: !has(hasUnprunedDefault),
    requireValidTypes: !has((s) => Boolean(s.type) && !schemaTypes.includes(s.type!)),
    requireAtomicSets: !has((s) => {
      const items = s['x-kubernetes-list-type'] === 'set' ? itemsOf(s) : undefined;
      return items !== undefined && isRefused(setItemRules(items, none));
    }),
    requireMapKeys: !has((s) => {
      const [items, listType = ''] = [itemsOf(s), s['x-kubernetes-list-type']];
      const keys = s['x-kubernetes-list-map-keys'] ?? [];
      return items !== undefined && isRefused(keyedItemRules(items, none, { listType, keys }));
    }),
  };
}

export function somewhere(schema: JSONSchemaProps, test: (s: JSONSchemaProps) => boolean): boolean {
  const { items, additionalProperties, properties = {}, allOf = [], anyOf = [], oneOf = [], not } = schema;
  const inside = [
    ...Object.values(properties),
    ...allOf,
    ...anyOf,
    ...oneOf,
    ...(Array.isArray(items) ? items : [items]),
  ];
  if (typeof additionalProperties === 'object') inside.push(additionalProperties);
  return test(schema) || [...inside, not].some((s) => s && somewhere(s, test));
}

/** Whether a version's schema is what it was. */
export function isUnchanged(
  name: string,
  spec: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
): boolean {
  const schemaOf = ({ versions }: CustomResourceDefinitionSpec) => versions?.find((v) => v.name === name)?.schema;
  return old !== undefined && equal(schemaOf(spec), schemaOf(old));
}
