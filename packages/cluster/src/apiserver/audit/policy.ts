import type { RequestInfo, UserInfo } from '../context.ts';

/** From nothing to everything: how much of a request is told. */
export const levels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof levels)[number];

/** When it is told. */
export const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof stages)[number];

export const tells = (level: Level, what: Level): boolean => levels.indexOf(level) >= levels.indexOf(what);

export interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface PolicyRule {
  readonly level: Level;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

/** What is told of which requests: the first rule that matches decides, and what none matches isn't told. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

/** How one request is told. */
export interface Coverage {
  readonly level: Level;
  readonly omitStages: ReadonlySet<Stage>;
  readonly omitManagedFields: boolean;
}

export type Cover = (user: UserInfo | undefined, info: RequestInfo) => Coverage;

/** A policy as a function. Nobody is the user of a request whose credentials are no good. */
export function coverOf({ rules, omitStages = [], omitManagedFields = false }: Policy): Cover {
  const covered = rules.map((rule) => ({
    rule,
    coverage: {
      level: rule.level,
      omitStages: new Set([...omitStages, ...(rule.omitStages ?? [])]),
      omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
    },
  }));
  const uncovered: Coverage = { level: 'None', omitStages: new Set(omitStages), omitManagedFields };
  return (user, info) => covered.find(({ rule }) => matches(rule, user, info))?.coverage ?? uncovered;
}

/** Whether a list says nothing, or the word. */
const allows = (list: readonly string[] | undefined, word: string): boolean => !list?.length || list.includes(word);

function matches(rule: PolicyRule, user: UserInfo | undefined, info: RequestInfo): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (users?.length && !(user && users.includes(user.name))) return false;
  if (userGroups?.length && !user?.groups.some((group) => userGroups.includes(group))) return false;
  if (!allows(verbs, info.verb)) return false;
  if (namespaces?.length || resources?.length) {
    if (!info.isResource || !allows(namespaces, info.namespace)) return false;
    return !resources?.length || resources.some((of) => matchesResource(of, info));
  }
  if (!nonResourceURLs?.length) return true;
  return !info.isResource && nonResourceURLs.some((pattern) => matchesPath(pattern, info.path));
}

function matchesResource({ group = '', resources, resourceNames }: GroupResources, info: RequestInfo): boolean {
  if (group !== '*' && group !== info.group) return false;
  if (!resources?.length) return true;
  if (!allows(resourceNames, info.name)) return false;
  const { resource, subresource } = info;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  return resources.some(
    (r) => r === '*' || r === whole || r === `${resource}/*` || (subresource !== '' && r === `*/${subresource}`),
  );
}

/** A pattern may end in a star. */
const matchesPath = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));
