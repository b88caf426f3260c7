/**
 * Access by attributes: a file of policies, one a line, that is read once; the oldest way there is to say who may do what.
 */
import type { PolicyRule } from '@tiphys/sdk/api';
import type { UserInfo } from '../../context.ts';
import { type Action, allowed, type Verdict } from '../authorizer.ts';
import type { PromptAuthorizer } from '../promptly.ts';
import type { RulesOf } from '../rules.ts';
import type { Policy } from './policy.ts';

export type { Policy } from './policy.ts';
export { readPolicies } from './read.ts';

const unmatched: Verdict = { decision: 'no opinion', reason: 'No policy matched.' };

export const abac =
  (policies: readonly Policy[]): PromptAuthorizer =>
  (action) =>
    policies.some((p) => isFor(p, action.user) && allows(p, action)) ? allowed : unmatched;

/** Who is named must be it, and who isn't named at all is nobody. */
function isFor({ user, group }: Policy, { name, groups }: UserInfo): boolean {
  if (user && user !== '*' && user !== name) return false;
  if (group && group !== '*' && !groups.includes(group)) return false;
  return user !== '' || group !== '';
}

const reading = ['get', 'list', 'watch'];

function allows(policy: Policy, { isResource, verb, namespace, resource, group, path }: Action): boolean {
  if (policy.readonly && !reading.includes(verb)) return false;
  if (!isResource) return pathMatches(policy.nonResourcePath, path);
  const covers = (said: string, asked: string) => said === '*' || said === asked;
  return covers(policy.namespace, namespace) && covers(policy.resource, resource) && covers(policy.apiGroup, group);
}

const pathMatches = (said: string, path: string): boolean =>
  said === '*' || said === path || (said.endsWith('*') && path.startsWith(said.replace(/\*+$/, '')));

/** What the policies say that name the user and the namespace. */
export const abacRulesOf =
  (policies: readonly Policy[]): RulesOf =>
  (user, namespace) => {
    const own = policies.filter((p) => isFor(p, user) && (p.namespace === '*' || p.namespace === namespace));
    const rules = own.flatMap(({ readonly, apiGroup, resource, nonResourcePath }): PolicyRule[] => {
      const verbs = readonly ? reading : ['*'];
      return [
        ...(resource ? [{ verbs, apiGroups: [apiGroup], resources: [resource] }] : []),
        ...(nonResourcePath ? [{ verbs, nonResourceURLs: [nonResourcePath] }] : []),
      ];
    });
    return { rules, incomplete: false, problem: '' };
  };
