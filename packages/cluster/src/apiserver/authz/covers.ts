import type { PolicyRule } from '@tiphys/sdk/api';
import { withoutTrailing } from '@tiphys/sdk/machinery';

/** The smallest rules of `wanted` that none of `held` covers; empty when all of it is held. */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((rule) => !held.some((h) => ruleCovers(h, rule)));
}

/** One rule for each thing that may be done: a verb on a resource of a group, under a name or any. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length ? resourceNames : [undefined];
  const onResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name): PolicyRule => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name !== undefined && { resourceNames: [name] }),
        })),
      ),
    ),
  );
  const onPaths = nonResourceURLs.flatMap((url) =>
    verbs.map((verb): PolicyRule => ({ verbs: [verb], nonResourceURLs: [url] })),
  );
  return [...onResources, ...onPaths];
}

function ruleCovers(held: PolicyRule, wanted: PolicyRule): boolean {
  const { resourceNames: heldNames = [] } = held;
  const { resources = [], resourceNames: names = [], nonResourceURLs: urls = [] } = wanted;
  return (
    hasAll(held.verbs, wanted.verbs) &&
    hasAll(held.apiGroups, wanted.apiGroups) &&
    resources.every((r) => resourceCovered(held.resources ?? [], r)) &&
    (!heldNames.length || (names.length > 0 && names.every((n) => heldNames.includes(n)))) &&
    urls.every((url) => (held.nonResourceURLs ?? []).some((h) => urlCovers(h, url)))
  );
}

const hasAll = (held: readonly string[] = [], wanted: readonly string[] = []): boolean =>
  held.includes('*') || wanted.every((w) => held.includes(w));

function resourceCovered(held: readonly string[], resource: string): boolean {
  if (held.includes('*') || held.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash !== -1 && held.includes(`*/${resource.slice(slash + 1)}`);
}

const urlCovers = (held: string, url: string): boolean =>
  held === url || (held.endsWith('*') && url.startsWith(withoutTrailing(held, '*')));

/** What a refusal lists: rules on one resource with all their verbs together, each rule once, in order of their words. */
export function describeRules(rules: readonly PolicyRule[]): string[] {
  const simple = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    if (resourceNames.length > 1 || nonResourceURLs.length || apiGroups.length !== 1 || resources.length !== 1) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([apiGroups[0], resources[0], ...resourceNames]);
    const known = simple.get(key);
    simple.set(key, known ? { ...known, verbs: [...new Set([...known.verbs, ...verbs])] } : rule);
  }
  return [...new Set([...others, ...simple.values()].map(ruleText))].sort();
}

function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ];
  return `{${parts.flatMap(([name, list]) => (list?.length ? [`${name}:${quotedList(list)}`] : [])).join(', ')}}`;
}

/** `["a" "b"]`, as upstream prints lists of words. */
export const quotedList = (words: readonly string[]): string => `[${words.map((w) => JSON.stringify(w)).join(' ')}]`;
