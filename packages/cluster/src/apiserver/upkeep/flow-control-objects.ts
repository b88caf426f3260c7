import type { FlowSchemaSpecManifest, PriorityLevelConfigurationSpecManifest } from '@tiphys/sdk/api';

interface Level {
  readonly shares: number;
  readonly lendable: number;
  readonly queues: number;
  readonly hand: number;
}

const limited = ({ shares, lendable, queues, hand }: Level): PriorityLevelConfigurationSpecManifest => ({
  type: 'Limited',
  limited: {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
    limitResponse: { type: 'Queue', queuing: { queues, handSize: hand, queueLengthLimit: 50 } },
  },
});

/** Priority levels that every cluster begins with. Whoever changes one keeps the change. */
export const suggestedLevels: Readonly<Record<string, PriorityLevelConfigurationSpecManifest>> = {
  system: limited({ shares: 30, lendable: 33, queues: 64, hand: 6 }),
  'node-high': limited({ shares: 40, lendable: 25, queues: 64, hand: 6 }),
  'leader-election': limited({ shares: 10, lendable: 0, queues: 16, hand: 4 }),
  'workload-high': limited({ shares: 40, lendable: 50, queues: 128, hand: 6 }),
  'workload-low': limited({ shares: 100, lendable: 90, queues: 128, hand: 6 }),
  'global-default': limited({ shares: 20, lendable: 50, queues: 128, hand: 6 }),
};

type Rules = NonNullable<FlowSchemaSpecManifest['rules']>[number];

const user = (name: string) => ({ kind: 'User', user: { name } });
const group = (name: string) => ({ kind: 'Group', group: { name } });
const accountsOf = (namespace: string) => ({ kind: 'ServiceAccount', serviceAccount: { namespace, name: '*' } });
const everybody = [group('system:unauthenticated'), group('system:authenticated')];

const any = ['*'];
const everything: Omit<Rules, 'subjects'> = {
  resourceRules: [{ verbs: any, apiGroups: any, resources: any, clusterScope: true, namespaces: any }],
  nonResourceRules: [{ verbs: any, nonResourceURLs: any }],
};

interface Flow {
  readonly level: string;
  readonly precedence: number;
  /** Requests of one namespace, or of one user, are one flow; all are without it. */
  readonly by?: 'ByUser' | 'ByNamespace';
}

const flow = ({ level, precedence, by }: Flow, rules: Rules): FlowSchemaSpecManifest => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence: precedence,
  ...(by && { distinguisherMethod: { type: by } }),
  rules: [rules],
});

/** Flow schemas that every cluster begins with. */
export const suggestedSchemas: Readonly<Record<string, FlowSchemaSpecManifest>> = {
  probes: flow(
    { level: 'exempt', precedence: 2 },
    {
      subjects: everybody,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ),
  'system-leader-election': flow(
    { level: 'leader-election', precedence: 100, by: 'ByUser' },
    {
      subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), accountsOf('kube-system')],
      resourceRules: [
        {
          verbs: ['get', 'create', 'update'],
          apiGroups: ['coordination.k8s.io'],
          resources: ['leases'],
          namespaces: any,
        },
      ],
    },
  ),
  'system-node-high': flow(
    { level: 'node-high', precedence: 400, by: 'ByUser' },
    {
      subjects: [group('system:nodes')],
      resourceRules: [
        { verbs: any, apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: any },
        { verbs: any, apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: any },
      ],
    },
  ),
  'system-nodes': flow(
    { level: 'system', precedence: 500, by: 'ByUser' },
    { subjects: [group('system:nodes')], ...everything },
  ),
  'kube-controller-manager': flow(
    { level: 'workload-high', precedence: 800, by: 'ByNamespace' },
    { subjects: [user('system:kube-controller-manager')], ...everything },
  ),
  'kube-scheduler': flow(
    { level: 'workload-high', precedence: 800, by: 'ByNamespace' },
    { subjects: [user('system:kube-scheduler')], ...everything },
  ),
  'kube-system-service-accounts': flow(
    { level: 'workload-high', precedence: 900, by: 'ByNamespace' },
    { subjects: [accountsOf('kube-system')], ...everything },
  ),
  'service-accounts': flow(
    { level: 'workload-low', precedence: 9000, by: 'ByUser' },
    { subjects: [group('system:serviceaccounts')], ...everything },
  ),
  'global-default': flow(
    { level: 'global-default', precedence: 9900, by: 'ByUser' },
    { subjects: everybody, ...everything },
  ),
};
