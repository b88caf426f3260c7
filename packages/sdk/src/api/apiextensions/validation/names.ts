import { dns1035LabelProblems, type FieldError, invalid, type Path } from '../../../machinery/index.ts';
import { nameIsSubdomain } from '../../../schema/index.ts';
import type { CustomResourceDefinition } from '../customresourcedefinition.ts';
import type { CustomResourceDefinitionNames } from '../definition-spec.ts';

/** The name says plural and group. */
export function definitionNameProblems(name: string, prefix: boolean, { spec }: CustomResourceDefinition): string[] {
  const problems = nameIsSubdomain(name, prefix);
  return name === `${spec.names.plural}.${spec.group}`
    ? problems
    : [...problems, 'must be spec.names.plural+"."+spec.group'];
}

/** What a resource is called, or is to be called. */
export function* namesRules(names: CustomResourceDefinitionNames, here: Path): Iterable<FieldError> {
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

/** All that is wrong with a name, in one error. */
export function* joined(problems: readonly string[], value: string, here: Path, before = ''): Iterable<FieldError> {
  if (problems.length) yield invalid(here, value, before + problems.join(','));
}
