import { selfSubjectRulesReview, type SelfSubjectRulesReview } from '@tiphys/sdk/api';
import { badRequest, type KubeObject } from '@tiphys/sdk/machinery';
import { erase } from '@tiphys/sdk/schema';
import type { RulesOf } from '../authz/rules.ts';
import type { Review } from './review.ts';

/** What may I do here? `kubectl auth can-i --list`. */
export const rulesReview = (rulesOf: RulesOf): Review => ({
  kind: erase(selfSubjectRulesReview),
  check(asked) {
    if (!(asked as SelfSubjectRulesReview).spec.namespace) throw badRequest('no namespace on request');
  },
  answer(asked, { user }) {
    const { rules, incomplete, problem } = rulesOf(user, (asked as SelfSubjectRulesReview).spec.namespace ?? '');
    const resourceRules = rules
      .filter((r) => r.resources?.length)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        ...(apiGroups?.length && { apiGroups }),
        resources,
        ...(resourceNames?.length && { resourceNames }),
      }));
    const nonResourceRules = rules
      .filter((r) => r.nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
    return {
      metadata: {},
      spec: {},
      status: { resourceRules, nonResourceRules, incomplete, ...(problem && { evaluationError: problem }) },
    } as KubeObject;
  },
});
