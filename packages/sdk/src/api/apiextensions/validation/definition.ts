import { resolvePath, ruleProblems } from '../../../cel/index.ts';
import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  duplicate,
  equal,
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  invalid,
  isRefused,
  lineOf,
  parseGoUrl,
  type Path,
  required,
  requiredOneOf,
  tooMany,
  typedString,
} from '../../../machinery/index.ts';
import { nameIsSubdomain } from '../../../schema/index.ts';
import { clientConfigRules } from '../../admissionregistration/validation/client-config.ts';
import { pemBlocks } from '../../meta/pem.ts';
import type { CustomResourceDefinition } from '../customresourcedefinition.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  SelectableField,
} from '../definition-spec.ts';
import type { JSONSchemaProps } from '../json-schema.ts';
import { defaultRules, hasUnprunedDefault } from './defaults.ts';
import { gather, shownSchema, shownVersions } from './internal.ts';
import { keyedItemRules, type SchemaRules, schemaRules, setItemRules } from './schema.ts';
import { structuralProblems, unsupportedProblem } from './structural.ts';

const at = field('spec');
const namesAt = at.child('names');
const approval = 'api-approved.kubernetes.io';
const mostSelectableFields = 8;
const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** The name says plural and group. */
export function definitionNameProblems(name: string, prefix: boolean, { spec }: CustomResourceDefinition): string[] {
  const problems = nameIsSubdomain(name, prefix);
  return name === `${spec.names.plural}.${spec.group}`
    ? problems
    : [...problems, 'must be spec.names.plural+"."+spec.group'];
}

/** Upstream's ValidateCustomResourceDefinition. */
export function* definitionRules(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): Iterable<FieldError> {
  const { spec, status } = definition;
  yield* specRules(spec, old?.spec);
  if (old) {
    const isEstablished = old.status.conditions?.some((c) => c.type === 'Established' && c.status === 'True');
    if (isEstablished) {
      yield* immutable(spec.scope, old.spec.scope, at.child('scope'));
      yield* immutable(spec.names.kind, old.spec.names.kind, namesAt.child('kind'));
    }
    yield* immutable(spec.group, old.spec.group, at.child('group'));
    yield* immutable(spec.names.plural, old.spec.names.plural, namesAt.child('plural'));
  }
  yield* definitionStatusRules(definition);
  yield* storedVersionRules(status.storedVersions, spec.versions ?? []);
  yield* approvalRules(definition, old);
  if (spec.preserveUnknownFields && !old?.spec.preserveUnknownFields) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    yield invalid(at.child('preserveUnknownFields'), true, why);
  }
}

export function* definitionStatusRules({ status }: CustomResourceDefinition): Iterable<FieldError> {
  yield* namesRules(status.acceptedNames, field('status', 'acceptedNames'));
}

function* joined(problems: readonly string[], value: string, here: Path, before = ''): Iterable<FieldError> {
  if (problems.length) yield invalid(here, value, before + problems.join(','));
}

function* specRules(
  spec: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
): Iterable<FieldError> {
  const { group, names, scope, conversion } = spec;
  const ofGroup = dnsSubdomainProblems(group);
  if (!group) yield required(at.child('group'));
  else if (ofGroup.length) yield* joined(ofGroup, group, at.child('group'));
  else if (!group.includes('.')) yield invalid(at.child('group'), group, 'should be a domain with at least one dot');
  yield* requiredOneOf(scope, ['Cluster', 'Namespaced'], at.child('scope'));

  const gathered = gather(spec);
  const { versions } = gathered;
  const rules = rulesFor(old);
  if (!gathered.schema?.openAPIV3Schema && rules.requireSchema) {
    for (const [i, v] of versions.entries()) {
      if (v.schema?.openAPIV3Schema) continue;
      yield required(at.child('versions').index(i).child('schema', 'openAPIV3Schema'));
    }
  }
  if (spec.preserveUnknownFields && schemasOf(spec).some((s) => somewhere(s, (x) => x.default !== undefined))) {
    yield invalid(at.child('preserveUnknownFields'), true, 'must be false in order to use defaults in the schema');
  }
  const perVersion = versions.some((v) => v.subresources);
  for (const [i, v] of versions.entries()) {
    const here = at.child('versions').index(i);
    yield* joined(dns1035LabelProblems(v.name), v.name, here.child('name'));
    const subresources = perVersion ? v.subresources : gathered.subresources;
    const hasStatus = subresources?.status !== undefined;
    yield* versionRules(v, here, { rules, hasStatus, ignoreRuleCosts: isUnchanged(v.name, spec, old) });
  }
  if (new Set(versions.map((v) => v.name)).size < versions.length) {
    yield invalid(at.child('versions'), shownVersions(spec), 'must contain unique version names');
  }
  if (versions.filter((v) => v.storage).length !== 1) {
    yield invalid(at.child('versions'), shownVersions(spec), 'must have exactly one version marked as storage version');
  }
  // The first version is told of once more, as what used to be the only one.
  const first = versions[0]?.name;
  if (first) yield* joined(dns1035LabelProblems(first), first, at.child('version'));
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[name]) yield required(namesAt.child(name));
  }
  yield* namesRules(names, namesAt);
  const hasStatus = gathered.subresources?.status !== undefined || versions.some((v) => v.subresources?.status);
  const ignoreRuleCosts = first !== undefined && isUnchanged(first, spec, old);
  const context = { rules, hasStatus, ignoreRuleCosts };
  yield* validationRules(gathered.schema?.openAPIV3Schema, at.child('validation'), context);
  yield* subresourceRules(gathered.subresources, at.child('subresources'));
  for (const [i, column] of (gathered.additionalPrinterColumns ?? []).entries()) {
    yield* columnRules(column, at.child('additionalPrinterColumns').index(i));
  }
  if (gathered.selectableFields?.length) {
    const here = at.child('selectableFields');
    const schema = gathered.schema?.openAPIV3Schema;
    if (!schema) yield invalid(here, '', 'may only be set when validations.schema is included');
    else yield* selectableRules(gathered.selectableFields, here, schema);
  }
  yield* conversionRules(conversion, old, at.child('conversion'));
}

interface DefinitionRules extends SchemaRules {
  readonly requireSchema: boolean;
  readonly requireStructural: boolean;
  readonly requirePruned: boolean;
}

export const schemasOf = (spec: CustomResourceDefinitionSpec | undefined): JSONSchemaProps[] =>
  (spec?.versions ?? []).flatMap((v) => v.schema?.openAPIV3Schema ?? []);

/** What was let pass once goes on passing. */
function rulesFor(old: CustomResourceDefinitionSpec | undefined): DefinitionRules {
  const has = (bad: (s: JSONSchemaProps) => boolean) => schemasOf(old).some((s) => somewhere(s, bad));
  const itemsOf = (s: JSONSchemaProps) => (Array.isArray(s.items) ? undefined : s.items);
  const none = field('');
  return {
    requireSchema: !old || schemasOf(old).length === (old.versions ?? []).length,
    requireStructural: !schemasOf(old).some((s) => unsupportedProblem(s) ?? structuralProblems(s, none).length),
    requirePruned: !has(hasUnprunedDefault),
    requireValidTypes: !has((s) => Boolean(s.type) && ![...columnTypes, 'array', 'object'].includes(s.type!)),
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
function isUnchanged(
  name: string,
  spec: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
): boolean {
  const schemaOf = ({ versions }: CustomResourceDefinitionSpec) => versions?.find((v) => v.name === name)?.schema;
  return old !== undefined && equal(schemaOf(spec), schemaOf(old));
}

interface VersionContext {
  readonly rules: DefinitionRules;
  readonly hasStatus: boolean;
  readonly ignoreRuleCosts: boolean;
}

function* versionRules(
  version: CustomResourceDefinitionVersion,
  here: Path,
  context: VersionContext,
): Iterable<FieldError> {
  const { deprecated = false, deprecationWarning: warning, schema, selectableFields } = version;
  if (warning !== undefined) {
    for (const problem of warningProblems(warning, deprecated)) {
      yield invalid(here.child('deprecationWarning'), typedString(warning), problem);
    }
  }
  yield* validationRules(schema?.openAPIV3Schema, here.child('schema'), context);
  yield* subresourceRules(version.subresources, here.child('subresources'));
  for (const [i, column] of (version.additionalPrinterColumns ?? []).entries()) {
    yield* columnRules(column, here.child('additionalPrinterColumns').index(i));
  }
  if (!selectableFields?.length) return;
  const fields = here.child('selectableFields');
  if (schema?.openAPIV3Schema) yield* selectableRules(selectableFields, fields, schema.openAPIV3Schema);
  else yield invalid(fields, '', 'may only be set when `version.schema.openAPIV3Schema` is not included');
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

const atRoot =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';

function* validationRules(
  schema: JSONSchemaProps | undefined,
  here: Path,
  context: VersionContext,
): Iterable<FieldError> {
  if (!schema) return;
  const { rules, hasStatus, ignoreRuleCosts } = context;
  const root = here.child('openAPIV3Schema');
  const errors: FieldError[] = [];
  if (hasStatus) errors.push(...rootRules(schema, root));
  if (schema.nullable) errors.push(forbiddenAt(root.child('nullable'), 'nullable cannot be true at the root'));
  const unsupported = unsupportedProblem(schema);
  // Whatever isn't pruned by an old, loose definition has to be structural.
  if (!unsupported) {
    const structural = structuralProblems(schema, root);
    errors.push(...(structural.length ? structural : defaultRules(schema, root, rules)));
  }
  const isReadable = !unsupported && !errors.length;
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

function* namesRules(names: CustomResourceDefinitionNames, here: Path): Iterable<FieldError> {
  const { plural, singular = '', kind, listKind = '', shortNames = [], categories = [] } = names;
  const mixed = 'may have mixed case, but should otherwise match: ';
  if (plural) yield* joined(dns1035LabelProblems(plural), plural, here.child('plural'));
  if (singular) yield* joined(dns1035LabelProblems(singular), singular, here.child('singular'));
  if (kind) yield* joined(dns1035LabelProblems(kind.toLowerCase()), kind, here.child('kind'), mixed);
  if (listKind) yield* joined(dns1035LabelProblems(listKind.toLowerCase()), listKind, here.child('listKind'), mixed);
  for (const [i, name] of shortNames.entries()) {
    yield* joined(dns1035LabelProblems(name), name, here.child('shortNames').index(i));
  }
  if (kind && kind === listKind)
    yield invalid(here.child('listKind'), listKind, 'kind and listKind may not be the same');
  for (const [i, name] of categories.entries()) {
    yield* joined(dns1035LabelProblems(name), name, here.child('categories').index(i));
  }
}

function* columnRules(column: CustomResourceColumnDefinition, here: Path): Iterable<FieldError> {
  const { name, type, format = '', jsonPath } = column;
  if (!name) yield required(here.child('name'));
  const oneOf = `must be one of ${columnTypes.join(',')}`;
  if (!type) yield required(here.child('type'), oneOf);
  else if (!columnTypes.includes(type)) yield invalid(here.child('type'), type, oneOf);
  if (format && !columnFormats.includes(format)) {
    yield invalid(here.child('format'), format, `must be one of ${columnFormats.join(',')}`);
  }
  if (!jsonPath) yield required(here.child('JSONPath'));
  else yield* pathRules(jsonPath, here.child('JSONPath'));
}

function* pathRules(path: string, here: Path): Iterable<FieldError> {
  if (!path.startsWith('.')) yield invalid(here, path, 'must be a simple json path starting with .');
}

function* subresourceRules(subresources: CustomResourceSubresources | undefined, here: Path): Iterable<FieldError> {
  const { scale } = subresources ?? {};
  if (!scale) return;
  for (const [name, part] of [
    ['specReplicasPath', 'spec'],
    ['statusReplicasPath', 'status'],
  ] as const) {
    const where = here.child(`scale.${name}`);
    const path = scale[name];
    if (!path) yield required(where);
    else if (!path.startsWith('.')) yield* pathRules(path, where);
    else if (!path.startsWith(`.${part}.`)) yield invalid(where, path, `should be a json path under .${part}`);
  }
  const { labelSelectorPath: path } = scale;
  const where = here.child('scale.labelSelectorPath');
  if (!path) return;
  if (!path.startsWith('.')) yield* pathRules(path, where);
  else if (!/^\.(spec|status)\./.test(path))
    yield invalid(where, path, 'should be a json path under either .spec or .status');
}

function* selectableRules(
  fields: readonly SelectableField[],
  here: Path,
  schema: JSONSchemaProps,
): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, { jsonPath }] of fields.entries()) {
    const where = here.index(i).child('jsonPath');
    if (!jsonPath) {
      yield required(where);
      continue;
    }
    const found = resolvePath(jsonPath, schema, { brackets: false });
    if ('problem' in found) {
      yield invalid(where, jsonPath, `is an invalid path: ${found.problem}`);
      continue;
    }
    if (found.path[0] === 'metadata') yield invalid(where, jsonPath, 'must not point to fields in metadata');
    if (!['string', 'boolean', 'integer'].includes(found.schema?.type ?? '')) {
      const why =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      yield invalid(where, jsonPath, why);
    }
    const key = found.path.join('.');
    if (seen.has(key)) yield duplicate(where, jsonPath);
    seen.add(key);
  }
  if (seen.size > mostSelectableFields) yield tooMany(here, seen.size, mostSelectableFields);
}

const reviewVersions = ['v1', 'v1beta1'];

function* conversionRules(
  conversion: CustomResourceConversion | undefined,
  old: CustomResourceDefinitionSpec | undefined,
  here: Path,
): Iterable<FieldError> {
  if (!conversion) return;
  const { strategy, webhook } = conversion;
  yield* requiredOneOf(strategy, ['None', 'Webhook'], here.child('strategy'));
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook';
    if (webhook?.clientConfig) yield forbiddenAt(here.child('webhookClientConfig'), why);
    if (versions.length) yield forbiddenAt(here.child('conversionReviewVersions'), why);
    return;
  }
  const client = here.child('webhookClientConfig');
  if (!webhook?.clientConfig) yield required(client, 'required when strategy is set to Webhook');
  else {
    yield* clientConfigRules(webhook.clientConfig, client);
    const { caBundle } = webhook.clientConfig;
    // What was broken from the start may stay so.
    if (
      holdsCertificates(old?.conversion?.webhook?.clientConfig?.caBundle) &&
      caBundle &&
      !holdsCertificates(caBundle)
    ) {
      const why = 'unable to load root certificates: unable to parse bytes as PEM block';
      yield invalid(client.child('caBundle'), caBundle, why);
    }
  }
  const before = old?.conversion?.webhook?.conversionReviewVersions ?? [];
  const mustKnow = !before.length || before.some((v) => reviewVersions.includes(v));
  yield* reviewVersionRules(versions, here.child('conversionReviewVersions'), mustKnow);
}

const holdsCertificates = (base64 = ''): boolean =>
  [...pemBlocks(Buffer.from(base64, 'base64').toString('latin1'))].some(({ type }) => type === 'CERTIFICATE');

function* reviewVersionRules(versions: readonly string[], here: Path, mustKnow: boolean): Iterable<FieldError> {
  if (!versions.length) yield required(here);
  for (const [i, v] of versions.entries()) {
    if (versions.indexOf(v) < i) yield invalid(here.index(i), v, 'duplicate version');
    else for (const problem of dns1035LabelProblems(v)) yield invalid(here.index(i), v, problem);
  }
  if (mustKnow && versions.length && !versions.some((v) => reviewVersions.includes(v))) {
    yield invalid(here, versions, `must include at least one of ${reviewVersions.join(', ')}`);
  }
}

function* storedVersionRules(
  stored: readonly string[] | null,
  versions: readonly CustomResourceDefinitionVersion[],
): Iterable<FieldError> {
  const here = field('status', 'storedVersions');
  if (!stored?.length) {
    yield invalid(here, stored, 'must have at least one stored version');
    return;
  }
  // A name counts once: a second version of that name isn't stored.
  const left = new Set(stored);
  for (const { name, storage } of versions) {
    if (!left.delete(name) && storage) yield invalid(here, stored, `must have the storage version ${name}`);
  }
  for (const [i, name] of stored.entries()) {
    if (versions.some((v) => v.name === name)) continue;
    const until = `until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions ${until}`;
    yield invalid(here.index(i), name, why);
  }
}

export type ApprovalState = 'approved' | 'bypassed' | 'missing' | 'invalid';

export const isProtectedGroup = (group: string): boolean => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

/** What a definition in one of the community's own groups says of its approval, and what is said of that. */
export function approvalOf({ metadata }: CustomResourceDefinition): { state: ApprovalState; reason: string } {
  const value = metadata.annotations?.[approval] ?? '';
  const must = `protected groups must have approval annotation "${approval}"`;
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (!value) return { state: 'missing', reason: `${must}, ${see}` };
  if (value.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${JSON.stringify(value)}` };
  if (isUrl(value)) return { state: 'approved', reason: `approved in ${value}` };
  return { state: 'invalid', reason: `${must} with either a URL or a reason starting with "unapproved", ${see}` };
}

function isUrl(text: string): boolean {
  try {
    const { scheme, host } = parseGoUrl(text);
    return Boolean(scheme && host);
  } catch {
    return false;
  }
}

function* approvalRules(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): Iterable<FieldError> {
  if (!isProtectedGroup(definition.spec.group)) return;
  const { state, reason } = approvalOf(definition);
  if (old && equal(approvalOf(old).state, state)) return;
  const here = field('metadata', 'annotations').key(approval);
  if (state === 'missing') yield required(here, reason);
  else if (state === 'invalid') yield invalid(here, definition.metadata.annotations?.[approval], reason);
}

/** How far the schemas of a definition that was stored once aren't structural; nothing when they are. */
export function structuralViolations(spec: CustomResourceDefinitionSpec): string | undefined {
  const errors: FieldError[] = [];
  if (spec.preserveUnknownFields) errors.push(invalid(at.child('preserveUnknownFields'), true, 'must be false'));
  for (const [i, { schema }] of (spec.versions ?? []).entries()) {
    const of = schema?.openAPIV3Schema;
    const here = at.child('versions').index(i).child('schema', 'openAPIV3Schema');
    if (of && !unsupportedProblem(of)) errors.push(...structuralProblems(of, here));
  }
  const lines = [...new Set(errors.map(lineOf))];
  return lines.length > 1 ? `[${lines.join(', ')}]` : lines[0];
}
