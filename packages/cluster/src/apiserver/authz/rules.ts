import type { PolicyRule } from '@tiphys/sdk/api';
import type { UserInfo } from '../context.ts';
import { nodeNameOf } from './node-identity.ts';
import type { Rbac } from './rbac.ts';

/** Everything somebody may do in a namespace, as far as it can be told without asking for one action. */
export interface Rules {
  readonly rules: readonly PolicyRule[];
  readonly incomplete: boolean;
  readonly problem: string;
}

export type RulesOf = (user: UserInfo, namespace: string) => Rules;

/** What the authorizers say together, each for its part. That masters may do anything none of those that are asked knows. */
export const rulesOf =
  (rbac: Rbac): RulesOf =>
  (user, namespace) => {
    const isNode = nodeNameOf(user) !== undefined;
    const bound = rbac.rulesOf(user, namespace);
    const problems = [
      ...(isNode ? ['node authorizer does not support user rule resolution'] : []),
      bound.problem,
    ].filter(Boolean);
    return {
      rules: bound.rules,
      incomplete: problems.length > 0,
      problem: problems.length > 1 ? `[${problems.join(', ')}]` : (problems[0] ?? ''),
    };
  };
