import { ruleProblems } from '../../../cel/index.ts';
import { type FieldError, forbiddenAt, invalid, isRefused, type Path } from '../../../machinery/index.ts';
import type { JSONSchemaProps } from '../json-schema.ts';
import { defaultRules } from './defaults.ts';
import { shownSchema } from './internal.ts';
import { schemaRules } from './schema.ts';
import { structuralProblems, unsupportedProblem } from './structural.ts';
import type { DefinitionRules } from './tolerance.ts';

/** What a schema is judged by, beside itself. */
export interface SchemaContext {
  readonly rules: DefinitionRules;
  readonly hasStatus: boolean;
  readonly ignoreRuleCosts: boolean;
}

const atRoot =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';

export function* versionSchemaRules(
  schema: JSONSchemaProps | undefined,
  here: Path,
  context: SchemaContext,
): Iterable<FieldError> {
  if (!schema) return;
  const { rules, hasStatus, ignoreRuleCosts } = context;
  const root = here.child('openAPIV3Schema');
  const errors: FieldError[] = [];
  if (hasStatus) errors.push(...rootRules(schema, root));
  if (schema.nullable) errors.push(forbiddenAt(root.child('nullable'), 'nullable cannot be true at the root'));
  const unsupported = rules.requireStructural ? unsupportedProblem(schema) : undefined;
  const isLookedInto = rules.requireStructural && !unsupported;
  if (isLookedInto) {
    const structural = structuralProblems(schema, root);
    errors.push(...(structural.length ? structural : defaultRules(schema, root, rules)));
  }
  const isReadable = isLookedInto && !errors.length;
  const said = [...schemaRules(schema, root, { ...rules, isRoot: true })];
  errors.push(...said);
  if (isReadable) {
    errors.push(
      ...ruleProblems(schema, root, {
        isSound: (inner, innerAt) =>
          !said.length ||
          !isRefused(schemaRules(inner as JSONSchemaProps, innerAt, { ...rules, isRoot: inner === schema })),
        ignoreRuleCosts,
      }),
    );
  }
  if (!errors.length && unsupported) errors.push(invalid(root, '', unsupported));
  yield* errors;
}

/** With a status of its own a custom resource's schema says only so much at the root. */
function* rootRules(schema: JSONSchemaProps, root: Path): Iterable<FieldError> {
  if (schema.type !== 'object' && schema.type) {
    const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    yield invalid(root.child('type'), schema.type, why);
    return;
  }
  const allowed = atRoot.split(' ');
  const shown = shownSchema(schema) as Record<string, unknown>;
  const isSet = (v: unknown) => v !== null && v !== '' && v !== false;
  if (Object.keys(shown).every((name) => !isSet(shown[name]) || allowed.includes(name))) return;
  const why = `only [${atRoot}] fields are allowed at the root of the schema if the status subresource is enabled`;
  yield invalid(root, shown, why);
}
