import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  field,
  type FieldError,
  immutable,
  invalid,
  lineOf,
  type Path,
  required,
  requiredOneOf,
} from '../../../machinery/index.ts';
import type { CustomResourceDefinition } from '../customresourcedefinition.ts';
import type { CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from '../definition-spec.ts';
import { approvalRules } from './approval.ts';
import { conversionRules } from './conversion.ts';
import { gather, shownVersions } from './internal.ts';
import { joined, namesRules } from './names.ts';
import { structuralProblems, unsupportedProblem } from './structural.ts';
import { isUnchanged, rulesFor, schemasOf, somewhere } from './tolerance.ts';
import { declaredRules, versionRules } from './version.ts';

const at = field('spec');
const namesAt = at.child('names');

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

function* specRules(
  spec: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
): Iterable<FieldError> {
  const { names, scope, conversion } = spec;
  yield* groupRules(spec.group, at.child('group'));
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
    const subresources = perVersion ? v.subresources : gathered.subresources;
    const hasStatus = subresources?.status !== undefined;
    const ignoreRuleCosts = isUnchanged(v.name, spec, old);
    yield* versionRules(v, at.child('versions').index(i), { rules, hasStatus, ignoreRuleCosts });
  }
  yield* togetherRules(spec, at.child('versions'));
  // The first version is told of once more, as what used to be the only one.
  const first = versions[0]?.name;
  if (first) yield* joined(dns1035LabelProblems(first), first, at.child('version'));
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[name]) yield required(namesAt.child(name));
  }
  yield* namesRules(names, namesAt);
  const hasStatus = gathered.subresources?.status !== undefined || versions.some((v) => v.subresources?.status);
  const ignoreRuleCosts = first !== undefined && isUnchanged(first, spec, old);
  const noSchema = 'may only be set when validations.schema is included';
  yield* declaredRules(gathered, at, { rules, hasStatus, ignoreRuleCosts, schemaAt: at.child('validation'), noSchema });
  if (conversion && conversion.strategy !== 'None' && spec.preserveUnknownFields) {
    const why = 'must be None if spec.preserveUnknownFields is true';
    yield invalid(at.child('conversion', 'strategy'), conversion.strategy, why);
  }
  yield* conversionRules(conversion, old?.conversion, at.child('conversion'));
}

function* groupRules(group: string, here: Path): Iterable<FieldError> {
  const problems = dnsSubdomainProblems(group);
  if (!group) yield required(here);
  else if (problems.length) yield* joined(problems, group, here);
  else if (!group.includes('.')) yield invalid(here, group, 'should be a domain with at least one dot');
}

/** What versions have to be beside each other. */
function* togetherRules(spec: CustomResourceDefinitionSpec, here: Path): Iterable<FieldError> {
  const versions = spec.versions ?? [];
  if (new Set(versions.map((v) => v.name)).size < versions.length) {
    yield invalid(here, shownVersions(spec), 'must contain unique version names');
  }
  if (versions.filter((v) => v.storage).length !== 1) {
    yield invalid(here, shownVersions(spec), 'must have exactly one version marked as storage version');
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
