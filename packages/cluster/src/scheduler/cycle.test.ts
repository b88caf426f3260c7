import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  namespace,
  type Node,
  type NodeManifest,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudget,
  type PodDisruptionBudgetManifest,
  type PodManifest,
} from '@tiphys/sdk/api';
import { seededRandom } from '@tiphys/sdk/runtime';
import { aNode, anObject, aPod, aService, type Part } from '@tiphys/sdk/testing';
import { ClusterState } from './cluster-state.ts';
import { feasibleNodesToFind, SchedulingCycle } from './cycle.ts';
import { podInfo } from './pod-info.ts';
import { defaultPlugins } from './plugins/index.ts';
import { preempt } from './preemption.ts';

const allocatable = { cpu: '4', memory: '8Gi', pods: '10' };

function node(name: string, part: Part<NodeManifest> = {}): Node {
  return aNode({
    ...part,
    metadata: {
      ...part.metadata,
      name,
      labels: { 'kubernetes.io/hostname': name, ...(part.metadata?.labels as Record<string, string>) },
    },
    status: { allocatable, ...part.status },
  });
}

type Spec = Part<NonNullable<PodManifest['spec']>>;
const asking = (requests: Record<string, string>): Spec => ({
  containers: [{ name: 'main', image: 'app:1', resources: { requests } }],
});
const pod = (spec: Spec = {}, labels: Record<string, string> = {}): Pod => aPod({ metadata: { labels }, spec });
const on = (nodeName: string, spec: Spec = {}, labels: Record<string, string> = {}) =>
  pod({ ...spec, nodeName }, labels);

function clusterOf(nodes: readonly Node[], pods: readonly Pod[] = []) {
  const cluster = new ClusterState();
  for (const n of nodes) cluster.setNode(n);
  for (const p of pods) cluster.addPod(p.spec.nodeName!, podInfo(p));
  const labels = { 'kubernetes.io/metadata.name': 'default' };
  cluster.setNamespace(anObject(namespace, {}, { metadata: { name: 'default', labels } }));
  cluster.groups.setService(aService({ spec: { selector: { app: 'web' } } }), undefined);
  return cluster;
}

const cycle = () => new SchedulingCycle({ plugins: defaultPlugins, nominated: () => [] });

/** The chosen node's name, or what the pod is told. */
function outcome(p: Pod, nodes: readonly Node[], pods: readonly Pod[] = []): string {
  const cluster = clusterOf(nodes, pods);
  const decision = cycle().decide(podInfo(p), cluster);
  if ('node' in decision) return decision.node.name;
  return 'error' in decision ? decision.error : decision.why;
}

const affinityTo = (app: string, topologyKey = 'zone') => ({ labelSelector: { matchLabels: { app } }, topologyKey });
const zone = (name: string) => ({ metadata: { labels: { zone: name } } });
const spread = (app: string, maxSkew = 1): Spec => ({
  topologySpreadConstraints: [
    { maxSkew, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app } } },
  ],
});

const isNode = (name: string) => ({ key: 'metadata.name', operator: 'In' as const, values: [name] });
const num = (value: string) => ({ metadata: { labels: { num: value } } });
const numbered = (operator: 'Gt' | 'Lt', value: string): Spec => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'num', operator, values: [value] }] }],
      },
    },
  },
});
const preferringNumber = (value: string, weight = 1): Spec => ({
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight, preference: { matchExpressions: [{ key: 'num', operator: 'Gt', values: [value] }] } },
      ],
    },
  },
});
type Resources = Record<string, string>;
const resizing = (asked: Resources, granted: Resources, has: Resources | undefined, why = 'Deferred') =>
  aPod({
    spec: { ...asking(asked), nodeName: 'a' },
    status: {
      conditions: [{ type: 'PodResizePending', status: 'True', reason: why }],
      containerStatuses: [
        {
          name: 'main',
          image: 'app:1',
          imageID: '',
          ready: true,
          restartCount: 0,
          allocatedResources: granted,
          ...(has && { resources: { requests: has } }),
        },
      ],
    },
  });

const fitting: [name: string, p: Pod, nodes: Node[], pods: Pod[], want: string][] = [
  ['requests that fit', pod(asking({ cpu: '4' })), [node('a')], [], 'a'],
  [
    'what others asked for is gone',
    pod(asking({ cpu: '3' })),
    [node('a')],
    [on('a', asking({ cpu: '2' }))],
    '0/1 nodes are available: 1 Insufficient cpu.',
  ],
  [
    'reasons are counted, sorted as strings',
    pod(asking({ cpu: '5', memory: '9Gi', 'example.com/gpu': '1' })),
    [node('a'), node('b', { spec: { unschedulable: true } })],
    [],
    '0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/gpu, 1 Insufficient memory, 1 node(s) were unschedulable.',
  ],
  [
    'init containers count by the largest, sidecars as long as the pod',
    pod({
      ...asking({ cpu: '1' }),
      initContainers: [
        { name: 'sidecar', image: 'app:1', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
        { name: 'init', image: 'app:1', resources: { requests: { cpu: '3' } } },
      ],
    }),
    [node('a')],
    [on('a', asking({ cpu: '100m' }))],
    '0/1 nodes are available: 1 Insufficient cpu.',
  ],
  [
    'a full node',
    pod(),
    [node('a', { status: { allocatable: { ...allocatable, pods: '1' } } })],
    [on('a')],
    '0/1 nodes are available: 1 Too many pods.',
  ],
  [
    'taints need tolerations',
    pod(),
    [node('a', { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } })],
    [],
    '0/1 nodes are available: 1 node(s) had untolerated taint(s).',
  ],
  [
    'a toleration of any value',
    pod({ tolerations: [{ key: 'k', operator: 'Exists' }] }),
    [node('a', { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] } })],
    [],
    'a',
  ],
  [
    'node selectors',
    pod({ nodeSelector: { disk: 'ssd' } }),
    [node('a')],
    [],
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  ],
  [
    'host ports that are taken',
    pod({ containers: [{ name: 'main', image: 'app:1', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
    [node('a')],
    [on('a', { containers: [{ name: 'main', image: 'app:1', ports: [{ containerPort: 8, hostPort: 80 }] }] })],
    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  ],
  [
    'host ports on other addresses',
    pod({
      containers: [{ name: 'main', image: 'app:1', ports: [{ containerPort: 80, hostPort: 80, hostIP: '10.0.0.1' }] }],
    }),
    [node('a')],
    [
      on('a', {
        containers: [{ name: 'main', image: 'app:1', ports: [{ containerPort: 8, hostPort: 80, hostIP: '10.0.0.2' }] }],
      }),
    ],
    'a',
  ],
  [
    'affinity to a pod in the same zone',
    pod({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [affinityTo('db')] } } }),
    [node('a', zone('1')), node('b', zone('2'))],
    [on('b', {}, { app: 'db' })],
    'b',
  ],
  [
    'affinity to nobody but oneself',
    pod(
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [affinityTo('self')] } } },
      { app: 'self' },
    ),
    [node('a', zone('1'))],
    [],
    'a',
  ],
  [
    'anti-affinity of the pod',
    pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [affinityTo('db')] } } }),
    [node('a', zone('1'))],
    [on('a', {}, { app: 'db' })],
    "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  ],
  [
    'anti-affinity of who is there',
    pod({}, { app: 'web' }),
    [node('a', zone('1'))],
    [
      on('a', {
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [affinityTo('web')] } },
      }),
    ],
    "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  ],
  [
    'anti-affinity to namespaces that are only excluded reaches all of them, as upstream',
    pod({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              ...affinityTo('db'),
              namespaceSelector: {
                matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['default'] }],
              },
            },
          ],
        },
      },
    }),
    [node('a', zone('1'))],
    [on('a', {}, { app: 'db' })],
    "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  ],
  [
    'anti-affinity to chosen namespaces reaches no other',
    pod({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { ...affinityTo('db'), namespaceSelector: { matchLabels: { team: 'x' } } },
          ],
        },
      },
    }),
    [node('a', zone('1'))],
    [on('a', {}, { app: 'db' })],
    'a',
  ],
  [
    'spread over zones',
    pod(spread('web'), { app: 'web' }),
    [node('a', zone('1')), node('b', zone('2'))],
    [on('a', {}, { app: 'web' })],
    'b',
  ],
  [
    'a zone too far ahead, another full',
    pod(spread('web'), { app: 'web' }),
    [node('a', zone('1')), node('b', { ...zone('2'), spec: { unschedulable: true } })],
    [on('a', {}, { app: 'web' })],
    "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) were unschedulable.",
  ],
  [
    'nodes without the label of the spread',
    pod(spread('web'), { app: 'web' }),
    [node('a')],
    [],
    "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
  ],
  [
    'node affinity that contradicts itself',
    pod({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [isNode('a'), isNode('b')] }],
          },
        },
      },
    }),
    [node('a'), node('b')],
    [],
    '0/2 nodes are available: pod affinity terms conflict.',
  ],
  [
    'an alternative that is empty',
    pod({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [isNode('b')] }, {}] },
        },
      },
    }),
    [node('a')],
    [],
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  ],
  ['a number of 64 bits', pod(numbered('Gt', '9223372036854775806')), [node('a', num('9223372036854775807'))], [], 'a'],
  [
    'numbers that are larger, or none',
    pod(numbered('Gt', '1')),
    [node('a', num('9223372036854775808')), node('b', num('x')), node('c')],
    [],
    "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
  ],
  [
    'a bound that is no number',
    pod(numbered('Lt', 'many')),
    [node('a', num('1'))],
    [],
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  ],
  [
    'a feature that nodes must declare',
    pod({
      containers: [
        {
          name: 'main',
          image: 'app:1',
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } }],
        },
      ],
    }),
    [node('a')],
    [],
    "0/1 nodes are available: 1 node(s) didn't match Pod's required features.",
  ],
  [
    'a resize under way counts with the most of what is asked for, granted and there',
    pod(asking({ cpu: '1' })),
    [node('a')],
    [resizing({ cpu: '1' }, { cpu: '2' }, { cpu: '3500m' })],
    '0/1 nodes are available: 1 Insufficient cpu.',
  ],
  [
    'a resize that the node has no room for counts with what is there',
    pod(asking({ cpu: '1' })),
    [node('a')],
    [resizing({ cpu: '8' }, { cpu: '1' }, { cpu: '1' }, 'Infeasible')],
    'a',
  ],
  [
    'what was granted counts once the container is there',
    pod(asking({ cpu: '1' })),
    [node('a')],
    [resizing({ cpu: '1' }, { cpu: '4' }, undefined)],
    'a',
  ],
];
for (const [name, p, nodes, pods, want] of fitting) {
  test(`fits: ${name}`, () => assert.equal(outcome(p, nodes, pods), want));
}

const sized = (cpu: string, memory: string) => ({ status: { allocatable: { cpu, memory, pods: '10' } } });
const holding = (name: string, sizeBytes: number) => ({
  status: { allocatable, images: [{ names: [name], sizeBytes }] },
});
const host = (name: string) => ({ metadata: { labels: { 'kubernetes.io/hostname': name } } });
const times = (n: number, p: Pod) =>
  Array.from({ length: n }, (_, i) => aPod({ ...p, metadata: { ...p.metadata, uid: `${p.metadata.uid}${i}` } }));
const evenly = (topologyKey: string): Spec => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { app: 'web' } } },
  ],
  ...asking({ cpu: '1m', memory: '1Mi' }),
});

const preferring: [name: string, p: Pod, nodes: Node[], pods: Pod[], want: string][] = [
  [
    'the node with most left',
    pod(asking({ cpu: '1', memory: '1Gi' })),
    [node('a'), node('b')],
    [on('a', asking({ cpu: '2', memory: '4Gi' }))],
    'b',
  ],
  [
    'a preferred node over an emptier one',
    pod({
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
          ],
        },
      },
    }),
    [node('a', { metadata: { labels: { disk: 'ssd' } } }), node('b')],
    [on('a', asking({ cpu: '1' }))],
    'a',
  ],
  [
    'a node that nothing speaks against',
    pod(),
    [node('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } }), node('b')],
    [on('b', asking({ cpu: '1' }))],
    'b',
  ],
  [
    'a node that has the image',
    pod({ containers: [{ name: 'main', image: 'app:1' }] }),
    [node('a', { status: { allocatable, images: [{ names: ['app:1'], sizeBytes: 900_000_000 }] } }), node('b')],
    [],
    'a',
  ],
  [
    'a node without others of its service, unasked',
    pod(asking({ cpu: '1m', memory: '1Mi' }), { app: 'web' }),
    [node('a'), node('b')],
    [...Array.from({ length: 4 }, () => on('a', {}, { app: 'web' })), on('b', asking({ cpu: '1', memory: '2Gi' }))],
    'b',
  ],
  [
    'company that is preferred',
    pod({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: affinityTo('db') }],
        },
      },
    }),
    [node('a', zone('1')), node('b', zone('2'))],
    [on('a', asking({ cpu: '1' }), { app: 'db' })],
    'a',
  ],
  [
    'a node that the pod brings into balance over one that is, and stays so',
    pod(asking({ cpu: '100m', memory: '100Mi' })),
    [node('a', sized('8', '16Gi')), node('b', sized('8', '16Gi'))],
    [on('a', asking({ cpu: '1', memory: '2Gi' })), on('b', asking({ cpu: '3', memory: '0' }))],
    'a',
  ],
  [
    'a node that the pod brings into balance',
    pod(asking({ cpu: '2', memory: '100Mi' })),
    [node('a', sized('8', '16Gi')), node('b', sized('8', '16Gi'))],
    [on('a', asking({ cpu: '2', memory: '4Gi' })), on('b', asking({ cpu: '100m', memory: '8Gi' }))],
    'b',
  ],
  [
    'a node by what it has, not by what it has none of',
    pod(),
    [node('a', sized('8', '0')), node('b', sized('8', '8Gi'))],
    [on('b', asking({ cpu: '1', memory: '1Gi' }))],
    'a',
  ],
  [
    'a node that has the image of a volume',
    pod({ volumes: [{ name: 'v', image: { reference: 'data:1' } }] }),
    [node('a', holding('data:1', 900_000_000)), node('b')],
    [],
    'a',
  ],
  [
    'images by the size that the first node told',
    pod({
      containers: [
        { name: 'main', image: 'one:1' },
        { name: 'other', image: 'two:1' },
      ],
    }),
    [
      node('x', holding('one:1', 50_000_000)),
      node('a', holding('one:1', 900_000_000)),
      node('b', holding('two:1', 500_000_000)),
    ],
    [],
    'b',
  ],
  [
    'hosts for themselves, whatever their labels',
    pod(evenly('kubernetes.io/hostname'), { app: 'web' }),
    [node('a', host('same')), node('b', host('same')), node('c')],
    [...times(3, on('a', {}, { app: 'web' })), ...times(2, on('c', {}, { app: 'web' }))],
    'b',
  ],
  [
    "the rest of the way to the whole number of a score that isn't one",
    pod({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, podAffinityTerm: affinityTo('x') },
            { weight: 29, podAffinityTerm: affinityTo('y') },
          ],
        },
      },
      ...asking({ cpu: '1m', memory: '1Mi' }),
    }),
    [node('a', zone('1')), node('b', zone('2')), node('c', zone('3'))],
    [on('a', {}, { app: 'x' }), on('b', {}, { app: 'y' })],
    'a',
  ],
  [
    "nothing that it can't read",
    pod(preferringNumber('1.5')),
    [node('a', num('2')), node('b')],
    [],
    'running PreScore plugin "NodeAffinity": [0].matchExpressions[0].values[0]: Invalid value: "1.5": ' +
      "for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  [
    'nothing that is no label',
    pod(preferringNumber('-5')),
    [node('a', num('2')), node('b')],
    [],
    'running PreScore plugin "NodeAffinity": [0].matchExpressions[0].values[0][num]: Invalid value: "-5": a valid label ' +
      "must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
      "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
      "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ],
  ["what it can't read when there is no choice", pod(preferringNumber('x')), [node('a')], [], 'a'],
];
for (const [name, p, nodes, pods, want] of preferring) {
  test(`prefers: ${name}`, () => assert.equal(outcome(p, nodes, pods), want));
}

test('among equals it is the first, unless others stand nearer to the top of the heap', () => {
  const equal = (best: readonly number[]) =>
    outcome(
      pod(preferringNumber('0', 100)),
      Array.from({ length: 8 }, (_, i) => node(`n${i}`, best.includes(i) ? num('1') : {})),
    );
  const rows: [best: number[], want: string][] = [
    [[0, 1, 2, 3, 4, 5, 6, 7], 'n0'],
    [[1, 2], 'n1'],
    // 3, 4 and 7 stand under 1; 5 and 6 under 2.
    [[2, 4], 'n4'],
    [[2, 7], 'n7'],
    [[2, 5, 6], 'n2'],
    [[5, 6], 'n5'],
  ];
  for (const [best, want] of rows) assert.equal(equal(best), want, best.join());
});

test('of large clusters a share is looked at, from where the last pod stopped', () => {
  assert.deepEqual([10, 99, 100, 1000, 5000, 20_000].map(feasibleNodesToFind), [10, 99, 100, 420, 500, 1000]);
});

function victims(
  p: Pod,
  nodes: readonly Node[],
  pods: readonly Pod[],
  { budgets = [], seed = 1 }: { budgets?: readonly PodDisruptionBudget[]; seed?: number } = {},
): string | { node: string; victims: string[] } {
  const cluster = clusterOf(nodes, pods);
  for (const b of budgets) cluster.setBudget(b, undefined);
  const asked = cycle();
  const decision = asked.decide(podInfo(p), cluster);
  assert.ok('filtered' in decision && decision.filtered, 'it fits without preemption');
  const check = asked.check.bind(asked);
  const result = preempt(podInfo(p), cluster, { ...decision.filtered, check, random: seededRandom(seed) });
  if ('why' in result) return result.why;
  return { node: result.node.name, victims: result.victims.map((v) => v.pod.metadata.labels?.['id'] ?? '') };
}
const low = (id: string, nodeName: string, cpu: string, priority = 0) =>
  on(nodeName, { ...asking({ cpu }), priority }, { id });
const high = (cpu: string, more: Spec = {}) => pod({ ...asking({ cpu }), priority: 100, ...more });

const started = (id: string, nodeName: string, startTime?: string): Pod =>
  aPod({
    metadata: { labels: { id } },
    spec: { ...asking({ cpu: '2' }), nodeName, priority: 0 },
    ...(startTime !== undefined && { status: { startTime } }),
  });
const leaving = (id: string, nodeName: string, reason: string): Pod =>
  aPod({
    metadata: { labels: { id }, deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec: { ...asking({ cpu: '4' }), nodeName, priority: 0 },
    status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason }] },
  });
const promised = (nominatedNodeName: string): Pod =>
  aPod({ spec: { ...asking({ cpu: '2' }), priority: 100 }, status: { nominatedNodeName } });
const budget = (id: string, part: Part<PodDisruptionBudgetManifest> = {}): PodDisruptionBudget =>
  anObject(
    podDisruptionBudget,
    {
      metadata: { name: `for-${id}`, namespace: 'default' },
      spec: { selector: { matchLabels: { id } } },
      status: { disruptionsAllowed: 0 },
    },
    part,
  );

const preempting: [
  name: string,
  p: Pod,
  nodes: Node[],
  pods: Pod[],
  want: ReturnType<typeof victims>,
  budgets?: PodDisruptionBudget[],
][] = [
  [
    'as few as will do, the least important',
    high('2'),
    [node('a')],
    [low('x', 'a', '2', 10), low('y', 'a', '2', 5)],
    { node: 'a', victims: ['y'] },
  ],
  [
    'the node whose most important victim is least important',
    high('3'),
    [node('a'), node('b')],
    [low('x', 'a', '4', 10), low('y', 'b', '4', 5)],
    { node: 'b', victims: ['y'] },
  ],
  [
    'nobody of the same priority',
    high('3'),
    [node('a')],
    [low('x', 'a', '4', 100)],
    '0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  ],
  [
    'not where it would not help',
    high('5'),
    [node('a')],
    [low('x', 'a', '4')],
    '0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  ],
  [
    'not by a pod that never does',
    high('3', { preemptionPolicy: 'Never' }),
    [node('a')],
    [low('x', 'a', '4')],
    'not eligible due to preemptionPolicy=Never.',
  ],
  [
    'nobody whose disruption budget is used up, where another will do',
    high('2'),
    [node('a')],
    [low('x', 'a', '2', 5), low('y', 'a', '2', 10)],
    { node: 'a', victims: ['y'] },
    [budget('x')],
  ],
  [
    'whom a budget lets go',
    high('2'),
    [node('a')],
    [low('x', 'a', '2', 5), low('y', 'a', '2', 10)],
    { node: 'a', victims: ['x'] },
    [budget('x', { status: { disruptionsAllowed: 1 } }), budget('y')],
  ],
  [
    'whom the API has let go',
    high('2'),
    [node('a')],
    [
      aPod({ ...low('x', 'a', '2', 5), metadata: { name: 'gone', uid: 'gone', labels: { id: 'x' } } }),
      low('y', 'a', '2', 10),
    ],
    { node: 'a', victims: ['x'] },
    [budget('x', { status: { disruptedPods: { gone: '2026-01-01T00:00:00Z' } } })],
  ],
  [
    'whom a budget of nobody, or of another namespace, seems to hold',
    high('2'),
    [node('a')],
    [low('x', 'a', '2', 5), low('y', 'a', '2', 10)],
    { node: 'a', victims: ['x'] },
    [
      budget('x', { metadata: { namespace: 'other' } }),
      anObject(podDisruptionBudget, budget('y'), { spec: { selector: {} } }),
    ],
  ],
  [
    'where fewer budgets are violated, though by more important pods',
    high('4'),
    [node('a'), node('b')],
    [low('x', 'a', '4', 5), low('y', 'b', '4', 50)],
    { node: 'b', victims: ['y'] },
    [budget('x')],
  ],
  [
    'against a budget, when nobody else will do',
    high('4'),
    [node('a')],
    [low('x', 'a', '2', 5), low('y', 'a', '2', 10)],
    { node: 'a', victims: ['y', 'x'] },
    [budget('x')],
  ],
  [
    'who has run for the shortest time',
    high('2'),
    [node('a')],
    [started('old', 'a', '2026-01-01T00:00:00Z'), started('new', 'a', '2026-01-01T00:01:00Z')],
    { node: 'a', victims: ['new'] },
  ],
  [
    'who has not started before who has',
    high('2'),
    [node('a')],
    [started('waiting', 'a'), started('old', 'a', '2026-01-01T00:00:00Z')],
    { node: 'a', victims: ['waiting'] },
  ],
  [
    'of those that have not started who came first',
    high('2'),
    [node('a')],
    [started('first', 'a'), started('last', 'a')],
    { node: 'a', victims: ['first'] },
  ],
  [
    'nobody while room is being made where it was promised',
    promised('a'),
    [node('a'), node('b')],
    [leaving('x', 'a', 'PreemptionByScheduler'), low('y', 'b', '4')],
    'not eligible due to a terminating pod on the nominated node.',
  ],
  [
    'elsewhere, when who leaves the promised node leaves for reasons of its own',
    promised('a'),
    [node('a'), node('b', { spec: { unschedulable: true } })],
    [leaving('x', 'a', 'DeletionByTaintManager')],
    { node: 'a', victims: ['x'] },
  ],
];
for (const [name, p, nodes, pods, want, budgets] of preempting) {
  test(`preempts: ${name}`, () => assert.deepEqual(victims(p, nodes, pods, budgets && { budgets }), want));
}

test('preemption on large clusters looks at a tenth of the nodes, at least 100, from anywhere', () => {
  const names = Array.from({ length: 1500 }, (_, i) => `n${i}`);
  const nodes = names.map((n) => node(n));
  const pods = names.map((n, i) => low(n, n, '4', -i));
  const chosen = [1, 2, 3].map((seed) => victims(high('4'), nodes, pods, { seed }));
  assert.equal(new Set(chosen.map((c) => JSON.stringify(c))).size, 3, 'where all were looked at it would be the last');
});
