import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  flowSchema,
  type FlowSchema,
  priorityLevelConfiguration,
  type PriorityLevelConfiguration,
} from '@tiphys/sdk/api';
import { type AnyKind, decode, erase } from '@tiphys/sdk/schema';
import { SimClock } from '@tiphys/sdk/testing';
import { requestInfo } from '../filters/request-info.ts';
import type { UserInfo } from '../context.ts';
import { suggestedLevels, suggestedSchemas } from '../upkeep/flow-control-objects.ts';
import { FlowControl } from './flow-control.ts';
import { Ticket } from './ticket.ts';
import { oneSeat } from './width.ts';

const decoded = <O>(kind: AnyKind, specs: Readonly<Record<string, unknown>>): O[] =>
  Object.entries(specs).map(([name, spec]) => decode(kind.schema.shape, { metadata: { name }, spec }) as O);

const queue = (queues: number, handSize: number) => ({
  type: 'Queue',
  queuing: { queues, handSize, queueLengthLimit: 5 },
});
const levels = {
  ...suggestedLevels,
  tiny: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
  'one-queue': { type: 'Limited', limited: { nominalConcurrencyShares: 3, limitResponse: queue(1, 1) } },
  many: { type: 'Limited', limited: { nominalConcurrencyShares: 7, limitResponse: queue(32, 4) } },
};

const user = (name: string) => ({ kind: 'User', user: { name } });
const group = (name: string) => ({ kind: 'Group', group: { name } });
const account = (namespace: string, name: string) => ({ kind: 'ServiceAccount', serviceAccount: { namespace, name } });
const on = (
  verbs: string[],
  apiGroups: string[],
  resources: string[],
  namespaces?: string[],
  clusterScope = false,
) => ({
  verbs,
  apiGroups,
  resources,
  clusterScope,
  ...(namespaces && { namespaces }),
});
const all = ['*'];
const schema = (level: string, matchingPrecedence: number, rules: object[], by?: string) => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence,
  ...(by && { distinguisherMethod: { type: by } }),
  rules,
});
const schemas = {
  ...suggestedSchemas,
  'b-same': schema('tiny', 700, [
    { subjects: [user('ada')], resourceRules: [on(['get'], [''], ['configmaps'], ['default'])] },
  ]),
  'a-same': schema('one-queue', 700, [
    { subjects: [user('ada')], resourceRules: [on(['get', 'list'], [''], ['configmaps'], ['default', 'other'])] },
  ]),
  'cluster-only': schema('tiny', 710, [
    { subjects: [user('ada')], resourceRules: [on(all, all, all, undefined, true)] },
  ]),
  status: schema(
    'many',
    720,
    [
      {
        subjects: [group('writers')],
        resourceRules: [on(['patch', 'update'], ['apps'], ['deployments/status', 'deployments/scale'], all)],
      },
    ],
    'ByNamespace',
  ),
  paths: schema('many', 730, [
    {
      subjects: [user('*')],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/version', '/openapi/*', '/apis'] }],
    },
  ]),
  account: schema(
    'many',
    740,
    [
      { subjects: [account('team', 'robot')], resourceRules: [on(all, all, all, all, true)] },
      { subjects: [account('other', '*')], nonResourceRules: [{ verbs: all, nonResourceURLs: all }] },
    ],
    'ByUser',
  ),
  dangling: schema('nowhere', 690, [{ subjects: [group('*')], resourceRules: [on(all, all, all, all, true)] }]),
  'anybody-pods': schema(
    'many',
    750,
    [{ subjects: [group('*')], resourceRules: [on(['watch', 'delete', 'deletecollection'], [''], ['pods'], all)] }],
    'ByUser',
  ),
};

const control = new FlowControl({ clock: new SimClock(), seats: 600 });
control.configure(
  decoded<PriorityLevelConfiguration>(erase(priorityLevelConfiguration), levels),
  decoded<FlowSchema>(erase(flowSchema), schemas),
);
const flowOf = (who: UserInfo, line: string) => {
  const [method = '', path = ''] = line.split(' ');
  const [plain = '', query] = path.split('?');
  return control.classifier.flowOf(who, requestInfo(method, plain, new URLSearchParams(query)));
};
const somebody = (name: string, ...groups: string[]): UserInfo => ({ name, groups, extra: {} });

const requests = [
  'GET /api/v1/namespaces/default/configmaps/a',
  'GET /api/v1/namespaces/third/configmaps',
  'GET /api/v1/configmaps',
  'PUT /api/v1/nodes/n1/status',
  'GET /api/v1/namespaces/default',
  'PATCH /apis/apps/v1/namespaces/default/deployments/d/status',
  'GET /version',
  'HEAD /version',
  'GET /openapi/v3/apis/apps/v1',
  'GET /openapi',
  'GET /healthz/ping',
  'POST /healthz',
  'PUT /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/a',
  'DELETE /api/v1/namespaces/default/pods?labelSelector=a%3Db',
  'GET /api/v1/watch/namespaces/default/pods?timeoutSeconds=1',
];

test('requests belong where a kube-apiserver with the same objects has them', () => {
  const known = 'system:authenticated';
  const accountOf = (namespace: string, name: string) =>
    somebody(
      `system:serviceaccount:${namespace}:${name}`,
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      known,
    );
  // A word for a run of the same.
  const table: [who: UserInfo, want: string][] = [
    [
      somebody('ada', known),
      'a-same global-default cluster-only*2 global-default*2 paths global-default paths global-default probes global-default*2 anybody-pods*2',
    ],
    [
      somebody('ada', 'writers', known),
      'a-same global-default cluster-only*2 global-default status paths global-default paths global-default probes global-default*2 anybody-pods*2',
    ],
    [
      somebody('bob', 'writers', known),
      'global-default*5 status paths global-default paths global-default probes global-default*2 anybody-pods*2',
    ],
    [
      somebody('bob', known),
      'global-default*6 paths global-default paths global-default probes global-default*2 anybody-pods*2',
    ],
    [
      somebody('system:anonymous', 'system:unauthenticated'),
      'global-default*6 paths global-default paths global-default probes global-default*2 anybody-pods*2',
    ],
    [
      somebody('system:node:n1', 'system:nodes', known),
      'system-nodes*3 system-node-high system-nodes*6 probes system-nodes system-node-high system-nodes*2',
    ],
    [
      somebody('system:kube-controller-manager', known),
      'kube-controller-manager*6 paths kube-controller-manager paths kube-controller-manager probes kube-controller-manager system-leader-election anybody-pods*2',
    ],
    [
      somebody('system:kube-scheduler', known),
      'kube-scheduler*6 paths kube-scheduler paths kube-scheduler probes kube-scheduler system-leader-election anybody-pods*2',
    ],
    [
      accountOf('kube-system', 'x'),
      'kube-system-service-accounts*6 paths kube-system-service-accounts paths kube-system-service-accounts probes kube-system-service-accounts system-leader-election anybody-pods*2',
    ],
    [
      accountOf('team', 'robot'),
      'account*6 paths service-accounts paths service-accounts probes service-accounts account*3',
    ],
    [
      accountOf('team', 'other'),
      'service-accounts*6 paths service-accounts paths service-accounts probes service-accounts*2 anybody-pods*2',
    ],
    [
      accountOf('other', 'a'),
      'service-accounts*6 paths account paths account probes account service-accounts anybody-pods*2',
    ],
    [
      somebody('system:serviceaccount:other', known),
      'global-default*6 paths global-default paths global-default probes global-default*2 anybody-pods*2',
    ],
    [somebody('root', 'system:masters', known), 'exempt*15'],
  ];
  for (const [who, want] of table) {
    const schemasOf = want.split(' ').flatMap((word) => {
      const [name = '', times = '1'] = word.split('*');
      return Array.from({ length: Number(times) }, () => name);
    });
    const found = requests.map((line) => flowOf(who, line).counts.schema);
    assert.deepEqual(found, schemasOf, `${who.name} ${who.groups.join()}`);
  }
});

test('flows are told apart by user or namespace where there are queues to keep them apart', () => {
  const ada = somebody('ada', 'writers');
  const bob = somebody('bob', 'writers');
  const status = (namespace: string) => `PATCH /apis/apps/v1/namespaces/${namespace}/deployments/d/status`;
  const pods = (namespace: string) => `DELETE /api/v1/namespaces/${namespace}/pods/p`;
  const table: [who: UserInfo, line: string, want: string, queues: number][] = [
    [ada, status('x'), 'x', 4],
    [bob, status('x'), 'x', 4],
    [bob, status('y'), 'y', 4],
    [ada, pods('x'), 'ada', 4],
    [bob, pods('x'), 'bob', 4],
    [bob, 'GET /version', '', 4],
    // One queue, or none: nothing to tell them apart for.
    [ada, 'GET /api/v1/namespaces/default/configmaps/a', '', 1],
    [ada, 'GET /api/v1/nodes', '', 0],
    [somebody('x', 'system:masters'), 'GET /api/v1/nodes', '', 0],
  ];
  for (const [who, line, want, queues] of table) {
    const flow = flowOf(who, line);
    assert.deepEqual([flow.distinguisher, flow.hand.length], [want, queues], `${who.name} ${line}`);
    // The same flow each time, for whoever is the same.
    assert.equal(flowOf({ ...who }, line), flow);
  }
  assert.notEqual(flowOf(ada, pods('x')), flowOf(bob, pods('x')));
});

test('whoever no schema is for is taken in all the same', () => {
  const flow = flowOf(somebody('nobody'), 'GET /nowhere');
  assert.deepEqual([flow.counts.schema, flow.level.name], ['catch-all', 'catch-all']);
});

test('a level that is gone serves who waits there, with the seats of its shares, and is then no more', () => {
  const of = new FlowControl({ clock: new SimClock(), seats: 60 });
  const some = decoded<PriorityLevelConfiguration>(erase(priorityLevelConfiguration), { many: levels.many });
  const lead = decoded<FlowSchema>(erase(flowSchema), { 'anybody-pods': schemas['anybody-pods'] });
  of.configure(some, lead);
  const names = () => of.levels.map((l) => `${l.name} ${l.isQuiescing} ${l.nominal}`);
  assert.deepEqual(names(), ['catch-all false 25', 'exempt false 0', 'many false 35']);
  const many = of.levels[2]!;
  const flow = of.classifier.flowOf(
    somebody('ada'),
    requestInfo('DELETE', '/api/v1/namespaces/x/pods/p', new URLSearchParams()),
  );
  assert.equal(flow.level, many);
  const info = requestInfo('GET', '/', new URLSearchParams());
  const ticket = new Ticket(flow, somebody('ada'), info, 0, oneSeat);
  many.queues.enter(ticket);
  of.configure([], lead);
  assert.deepEqual(names(), ['catch-all false 25', 'exempt false 0', 'many true 35']);
  const next = of.classifier.flowOf(
    somebody('ada'),
    requestInfo('DELETE', '/api/v1/namespaces/x/pods/p', new URLSearchParams()),
  );
  assert.equal(next.level.name, 'catch-all');
  of.lend();
  assert.equal(of.levels.length, 3);
  many.queues.leave(ticket);
  of.lend();
  assert.deepEqual(names(), ['catch-all false 60', 'exempt false 0']);
});
