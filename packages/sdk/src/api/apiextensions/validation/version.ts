import { dns1035LabelProblems, type FieldError, invalid, type Path, typedString } from '../../../machinery/index.ts';
import type { CustomResourceDefinitionVersion } from '../definition-spec.ts';
import { columnRules } from './columns.ts';
import type { Declared } from './internal.ts';
import { joined } from './names.ts';
import { selectableRules } from './selectable-fields.ts';
import { subresourceRules } from './subresources.ts';
import { type SchemaContext, versionSchemaRules } from './version-schema.ts';

export function* versionRules(
  version: CustomResourceDefinitionVersion,
  here: Path,
  context: SchemaContext,
): Iterable<FieldError> {
  yield* joined(dns1035LabelProblems(version.name), version.name, here.child('name'));
  const { deprecated = false, deprecationWarning: warning } = version;
  if (warning !== undefined) {
    for (const problem of warningProblems(warning, deprecated)) {
      yield invalid(here.child('deprecationWarning'), typedString(warning), problem);
    }
  }
  const noSchema = 'may only be set when `version.schema.openAPIV3Schema` is not included';
  yield* declaredRules(version, here, { ...context, schemaAt: here.child('schema'), noSchema });
}

interface DeclaredContext extends SchemaContext {
  readonly schemaAt: Path;
  /** What to say of selectable fields where no schema says what they are. */
  readonly noSchema: string;
}

export function* declaredRules(declared: Declared, here: Path, context: DeclaredContext): Iterable<FieldError> {
  const { subresources, additionalPrinterColumns, selectableFields } = declared;
  const schema = declared.schema?.openAPIV3Schema;
  yield* versionSchemaRules(schema, context.schemaAt, context);
  yield* subresourceRules(subresources, here.child('subresources'));
  for (const [i, column] of (additionalPrinterColumns ?? []).entries()) {
    yield* columnRules(column, here.child('additionalPrinterColumns').index(i));
  }
  if (!selectableFields?.length) return;
  const fieldsAt = here.child('selectableFields');
  if (schema) yield* selectableRules(selectableFields, fieldsAt, schema);
  else yield invalid(fieldsAt, '', context.noSchema);
}

function warningProblems(warning: string, deprecated: boolean): string[] {
  if (!deprecated) return ['can only be set for deprecated versions'];
  const problems: string[] = [];
  if (Buffer.byteLength(warning) > 256) problems.push('must be <= 256 characters long');
  if (!warning) problems.push('must not be an empty string');
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (odd) {
    const index = Buffer.byteLength(warning.slice(0, odd.index));
    problems.push(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`);
  }
  return problems;
}
