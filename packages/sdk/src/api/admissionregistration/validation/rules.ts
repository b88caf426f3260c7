import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  oneOfThese,
  type Path,
  pathSegmentProblems,
  problemsAt,
  required,
} from '../../../machinery/index.ts';
import type { NamedRuleWithOperations, RuleWithOperations } from '../rules.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];

/** Which requests something is about: upstream's validateRuleWithOperations. */
export function* ruleRules(rule: RuleWithOperations, at: Path): Iterable<FieldError> {
  const given = rule.operations ?? [];
  const here = at.child('operations');
  if (!given.length) yield required(here);
  yield* aloneRules(given, { what: 'operations' }, here);
  for (const [i, o] of given.entries()) yield* oneOfThese(o, operations, here.index(i));

  const { apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (!apiGroups.length) yield required(at.child('apiGroups'));
  yield* aloneRules(apiGroups, { what: 'API groups' }, at.child('apiGroups'));
  if (!apiVersions.length) yield required(at.child('apiVersions'));
  yield* aloneRules(apiVersions, { what: 'API versions' }, at.child('apiVersions'));
  for (const [i, v] of apiVersions.entries()) if (!v) yield required(at.child('apiVersions').index(i));
  yield* resourceRules(resources, at.child('resources'));
  yield* oneOfThese(scope, scopes, at.child('scope'));
}

/** The same of a rule that may be about objects of certain names alone. */
export function* namedRuleRules(rule: NamedRuleWithOperations, at: Path): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, name] of (rule.resourceNames ?? []).entries()) {
    const here = at.child('resourceNames').index(i);
    yield* problemsAt(pathSegmentProblems(name), name, here);
    if (seen.has(name)) yield duplicate(here, name);
    seen.add(name);
  }
  yield* ruleRules(rule, at);
}

/** What is deleted can't be changed any more. */
export function* mutatingOperationRules(
  rules: readonly NamedRuleWithOperations[] | undefined,
  at: Path,
): Iterable<FieldError> {
  const mutating = operations.filter((o) => o !== 'DELETE');
  for (const rule of rules ?? []) {
    for (const o of rule.operations ?? []) if (!mutating.includes(o)) yield notSupported(at, o, mutating);
  }
}

function* aloneRules(given: readonly string[], { what }: { what: string }, at: Path): Iterable<FieldError> {
  if (given.length > 1 && given.includes('*')) {
    yield invalid(at, given, `if '*' is present, must not specify other ${what}`);
  }
}

/** `pods`, `pods/status`, and with a `*` for either side; what a wildcard says already isn't said again. */
function* resourceRules(resources: readonly string[], at: Path): Iterable<FieldError> {
  if (!resources.length) yield required(at);
  const allSubresourcesOf = new Set<string>();
  const ofAllResources = new Set<string>();
  // Upstream remembers of plain resources only what it saw last.
  let plain = false;
  for (const [i, resource] of resources.entries()) {
    if (!resource) {
      yield required(at.index(i));
      continue;
    }
    const slash = resource.indexOf('/');
    if (slash === -1) {
      plain = resource !== '*';
      continue;
    }
    const [name, sub] = [resource.slice(0, slash), resource.slice(slash + 1)];
    const twice = (pattern: string) =>
      invalid(at.index(i), resource, `if '${pattern}' is present, must not specify ${resource}`);
    if (allSubresourcesOf.has(name)) yield twice(`${name}/*`);
    if (ofAllResources.has(sub)) yield twice(`*/${sub}`);
    if (sub === '*') allSubresourcesOf.add(name);
    if (name === '*') ofAllResources.add(sub);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    yield invalid(at, resources, "if '*/*' is present, must not specify other resources");
  }
  if (resources.includes('*') && plain) {
    yield invalid(at, resources, "if '*' is present, must not specify other resources without subresources");
  }
}
