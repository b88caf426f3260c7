import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  type Path,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import { internalValue } from '../../schema/index.ts';
import { conditionRules } from './condition-rules.ts';
import { differsFromMandatory, mandatoryFlowSchemas } from './mandatory.ts';
import {
  type FlowcontrolSubject,
  flowDistinguisherMethod,
  flowSchemaSpec,
  type NonResourcePolicyRule,
  type PolicyRulesWithSubjects,
  type ResourcePolicyRule,
} from './flowschema-spec.ts';
import type { FlowSchema } from './flowschema.ts';

const highestPrecedence = 10_000;
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const spec = field('spec');

/** Upstream's ValidateFlowSchema. */
export function* flowSchemaRules(schema: FlowSchema): Iterable<FieldError> {
  const name = schema.metadata.name ?? '';
  yield* specRules(schema, name);
  if (differsFromMandatory(mandatoryFlowSchemas.get(name), schema.spec)) {
    const value = internalValue(flowSchemaSpec, schema.spec);
    yield invalid(spec, value, `spec of '${name}' must equal the fixed value`);
  }
  yield* conditionRules(schema.status.conditions);
}

function* specRules({ spec: of }: FlowSchema, name: string): Iterable<FieldError> {
  const { matchingPrecedence: precedence, distinguisherMethod, priorityLevelConfiguration, rules = [] } = of;
  const at = spec.child('matchingPrecedence');
  if (precedence <= 0) yield invalid(at, precedence, 'must be a positive value');
  if (precedence > highestPrecedence) yield invalid(at, precedence, `must not be greater than ${highestPrecedence}`);
  if (precedence === 1 && name !== 'exempt') {
    yield invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  }
  if (distinguisherMethod && !['ByNamespace', 'ByUser'].includes(distinguisherMethod.type)) {
    const value = internalValue(flowDistinguisherMethod, distinguisherMethod);
    yield notSupported(spec.child('distinguisherMethod', 'type'), value, ['ByNamespace', 'ByUser']);
  }
  const level = spec.child('priorityLevelConfiguration', 'name');
  if (!priorityLevelConfiguration.name) yield required(level, 'must reference a priority level');
  else yield* problemsAt(dnsSubdomainProblems(priorityLevelConfiguration.name), priorityLevelConfiguration.name, level);
  for (const [i, rule] of rules.entries()) yield* policyRules(rule, spec.child('rules').index(i));
}

function* policyRules(rule: PolicyRulesWithSubjects, at: Path): Iterable<FieldError> {
  const { subjects, resourceRules = [], nonResourceRules = [] } = rule;
  if (!subjects?.length) yield required(at.child('subjects'), 'subjects must contain at least one value');
  for (const [i, subject] of (subjects ?? []).entries()) {
    yield* subjectRules(subject, at.child('subjects').index(i));
  }
  if (!resourceRules.length && !nonResourceRules.length) {
    yield required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  }
  for (const [i, r] of resourceRules.entries()) yield* resourceRule(r, at.child('resourceRules').index(i));
  for (const [i, r] of nonResourceRules.entries()) yield* nonResourceRule(r, at.child('nonResourceRules').index(i));
}

const members = { User: 'user', ServiceAccount: 'serviceAccount', Group: 'group' } as const;

function* subjectRules(subject: FlowcontrolSubject, at: Path): Iterable<FieldError> {
  const { kind } = subject;
  if (!Object.hasOwn(members, kind)) {
    yield notSupported(at.child('kind'), kind, ['Group', 'ServiceAccount', 'User']);
    return;
  }
  const member = members[kind as keyof typeof members];
  const here = at.child(member);
  const given = subject[member];
  if (!given) yield required(here, `${member} is required when subject kind is '${kind}'`);
  else if (kind === 'ServiceAccount') yield* accountRules(subject.serviceAccount!, here);
  else if (!given.name) yield required(here.child('name'));
  // Told in the order in which upstream asks: accounts before users, users before groups, but for an account's own.
  const others =
    kind === 'ServiceAccount' ? (['User', 'Group'] as const) : (['ServiceAccount', 'User', 'Group'] as const);
  for (const other of others) {
    const name = members[other];
    if (other === kind || !subject[name]) continue;
    yield forbiddenAt(at.child(name), `${name} is forbidden when subject kind is not '${other}'`);
  }
}

function* accountRules(account: NonNullable<FlowcontrolSubject['serviceAccount']>, at: Path): Iterable<FieldError> {
  const { name, namespace } = account;
  if (!name) yield required(at.child('name'));
  else if (name !== '*') yield* problemsAt(dnsSubdomainProblems(name), name, at.child('name'));
  if (!namespace) yield required(at.child('namespace'), 'must specify namespace for service account');
  else yield* problemsAt(dnsLabelProblems(namespace), namespace, at.child('namespace'));
}

function* verbRules(given: readonly string[], at: Path): Iterable<FieldError> {
  if (!given.length) yield required(at, 'verbs must contain at least one value');
  else if (given.includes('*')) yield* aloneRules(given, { what: 'verbs' }, at);
  else if (!given.every((v) => verbs.includes(v))) yield notSupported(at, given, verbs);
}

/** A wildcard says everything already. */
function* aloneRules(given: readonly string[], { what }: { what: string }, at: Path): Iterable<FieldError> {
  if (given.length > 1 && given.includes('*')) {
    yield invalid(at, given, `if '*' is present, must not specify other ${what}`);
  }
}

function* resourceRule(rule: ResourcePolicyRule, at: Path): Iterable<FieldError> {
  // Lists that must be there are null when they aren't.
  const [apiGroups, resources, namespaces] = [rule.apiGroups ?? [], rule.resources ?? [], rule.namespaces ?? []];
  yield* verbRules(rule.verbs ?? [], at.child('verbs'));
  if (!apiGroups.length) yield required(at.child('apiGroups'), 'resource rules must supply at least one api group');
  yield* aloneRules(apiGroups, { what: 'api groups' }, at.child('apiGroups'));
  if (!resources.length) yield required(at.child('resources'), 'resource rules must supply at least one resource');
  yield* aloneRules(resources, { what: 'resources' }, at.child('resources'));

  const here = at.child('namespaces');
  if (!namespaces.length && !rule.clusterScope) {
    yield required(here, 'resource rules that are not cluster scoped must supply at least one namespace');
  } else if (namespaces.includes('*')) yield* aloneRules(namespaces, { what: 'namespaces' }, here);
  else {
    for (const [i, namespace] of namespaces.entries()) {
      for (const problem of dnsLabelProblems(namespace)) {
        const detail = `each member of this list must be '*' or a DNS-1123 label; ${problem}`;
        yield invalid(here.index(i), namespace, detail);
      }
    }
  }
}

function* nonResourceRule(rule: NonResourcePolicyRule, at: Path): Iterable<FieldError> {
  const urls = rule.nonResourceURLs ?? [];
  yield* verbRules(rule.verbs ?? [], at.child('verbs'));
  const here = at.child('nonResourceURLs');
  if (!urls.length) yield required(here, 'nonResourceURLs must contain at least one value');
  else if (urls.includes('*')) yield* aloneRules(urls, { what: 'non-resource URLs' }, here);
  else {
    for (const [i, url] of urls.entries()) {
      const problem = urlProblem(url);
      if (problem) yield invalid(here.index(i), url, problem);
    }
  }
}

function urlProblem(url: string): string | undefined {
  if (!url) return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}
