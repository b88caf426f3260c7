import type { FlowcontrolSubject, FlowSchema } from '@tiphys/sdk/api';
import type { RequestInfo, UserInfo } from '../context.ts';

/** Who a part of a flow schema is for and which of their requests it covers, made ready for being asked often. */
export interface Rule {
  isFor(user: UserInfo): boolean;
  covers(info: RequestInfo): boolean;
}

type SpecRule = NonNullable<FlowSchema['spec']['rules']>[number];

export function ruleOf({ subjects, resourceRules = [], nonResourceRules = [] }: SpecRule): Rule {
  const who = (subjects ?? []).map(subjectTest);
  const resources = resourceRules.map(resourceTest);
  const paths = nonResourceRules.map(pathTest);
  return {
    isFor: (user) => who.some((is) => is(user)),
    covers: (info) => {
      for (const test of info.isResource ? resources : paths) if (test(info)) return true;
      return false;
    },
  };
}

const accountPrefix = 'system:serviceaccount:';

function subjectTest({ kind, user, group, serviceAccount }: FlowcontrolSubject): (user: UserInfo) => boolean {
  if (kind === 'User' && user) return ({ name }) => user.name === '*' || name === user.name;
  if (kind === 'Group' && group) return ({ groups }) => group.name === '*' || groups.includes(group.name);
  if (kind !== 'ServiceAccount' || !serviceAccount) return () => false;
  const ofNamespace = `${accountPrefix}${serviceAccount.namespace}:`;
  return serviceAccount.name === '*'
    ? ({ name }) => name.startsWith(ofNamespace)
    : ({ name }) => name === `${ofNamespace}${serviceAccount.name}`;
}

type Test = (info: RequestInfo) => boolean;

function resourceTest(rule: NonNullable<SpecRule['resourceRules']>[number]): Test {
  const verbs = setOf(rule.verbs);
  const groups = setOf(rule.apiGroups);
  const resources = setOf(rule.resources);
  const namespaces = setOf(rule.namespaces);
  return ({ verb, group, resource, subresource, namespace }) =>
    holds(verbs, verb) &&
    holds(groups, group) &&
    (!resources || resources.has(subresource ? `${resource}/${subresource}` : resource)) &&
    (namespace ? holds(namespaces, namespace) : rule.clusterScope === true);
}

function pathTest(rule: NonNullable<SpecRule['nonResourceRules']>[number]): Test {
  const verbs = setOf(rule.verbs);
  const urls = (rule.nonResourceURLs ?? []).map((url) => ({ url, below: url.replace(/\*$/, '').replace(/\/?$/, '/') }));
  return ({ verb, path }) =>
    holds(verbs, verb) && urls.some(({ url, below }) => url === '*' || url === path || path.startsWith(below));
}

/** Undefined holds everything. A wildcard counts where it stands alone, as validation has it. */
const setOf = (list: readonly string[] | null | undefined): ReadonlySet<string> | undefined =>
  list?.length === 1 && list[0] === '*' ? undefined : new Set(list);

const holds = (set: ReadonlySet<string> | undefined, value: string): boolean => !set || set.has(value);
