import type { PolicyRule } from '@tiphys/sdk/api';
import type { Action } from './authorizer.ts';

const covers = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

export function ruleAllows(rule: PolicyRule, action: Action): boolean {
  if (!covers(rule.verbs, action.verb)) return false;
  if (!action.isResource) return rule.nonResourceURLs?.some((u) => urlCovers(u, action.path)) ?? false;
  if (!covers(rule.apiGroups, action.group)) return false;
  if (rule.resourceNames?.length && !rule.resourceNames.includes(action.name)) return false;
  const { resource, subresource } = action;
  const wanted = subresource ? `${resource}/${subresource}` : resource;
  return (
    covers(rule.resources, wanted) || (subresource !== '' && (rule.resources?.includes(`*/${subresource}`) ?? false))
  );
}

const urlCovers = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
