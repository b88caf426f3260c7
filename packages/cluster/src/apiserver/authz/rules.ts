import type { PolicyRule } from '@tiphys/sdk/api';
import type { UserInfo } from '../context.ts';
import { aggregate } from './authorizer.ts';
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
export const allRulesOf =
  (authorizers: readonly RulesOf[]): RulesOf =>
  (user, namespace) => {
    const all = authorizers.map((rulesOf) => rulesOf(user, namespace));
    return {
      rules: all.flatMap((r) => r.rules),
      incomplete: all.some((r) => r.incomplete),
      problem: aggregate(all.flatMap((r) => r.problem || [])) ?? '',
    };
  };

export const nodeRulesOf: RulesOf = (user) =>
  nodeNameOf(user) === undefined ? nothing : unsaid('node authorizer does not support user rule resolution');

export const rbacRulesOf =
  (rbac: Rbac): RulesOf =>
  (user, namespace) => ({ ...rbac.rulesOf(user, namespace), incomplete: false });

export const anythingGoes: RulesOf = () => ({
  rules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
  incomplete: false,
  problem: '',
});

export const nothingGoes: RulesOf = () => nothing;

/** Of a webhook, which is only asked about one thing at a time. */
export const webhookRulesOf: RulesOf = () => unsaid('webhook authorizer does not support user rule resolution');

const nothing: Rules = { rules: [], incomplete: false, problem: '' };
const unsaid = (problem: string): Rules => ({ rules: [], incomplete: true, problem });
