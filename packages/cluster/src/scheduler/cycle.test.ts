import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, NodeManifest, Pod, PodManifest } from '@tiphys/sdk/api';
import { seededRandom } from '@tiphys/sdk/runtime';
import { aNode, aPod, aService, type Part } from '@tiphys/sdk/testing';
import { ClusterState } from './cluster-state.ts';
import { feasibleNodesToFind, SchedulingCycle } from './cycle.ts';
import { fitMessage } from './fit-error.ts';
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
  cluster.groups.setService(aService({ spec: { selector: { app: 'web' } } }), undefined);
  return cluster;
}

const cycle = () => new SchedulingCycle({ plugins: defaultPlugins, random: seededRandom(1), nominated: () => [] });

/** The chosen node's name, or what the pod is told. */
function outcome(p: Pod, nodes: readonly Node[], pods: readonly Pod[] = []): string {
  const cluster = clusterOf(nodes, pods);
  const decision = cycle().decide(podInfo(p), cluster);
  if ('node' in decision) return decision.node.name;
  return fitMessage(nodes.length, decision.rejections.values());
}

const affinityTo = (app: string, topologyKey = 'zone') => ({ labelSelector: { matchLabels: { app } }, topologyKey });
const zone = (name: string) => ({ metadata: { labels: { zone: name } } });
const spread = (app: string, maxSkew = 1): Spec => ({
  topologySpreadConstraints: [
    { maxSkew, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app } } },
  ],
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
];
for (const [name, p, nodes, pods, want] of fitting) {
  test(`fits: ${name}`, () => assert.equal(outcome(p, nodes, pods), want));
}

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
];
for (const [name, p, nodes, pods, want] of preferring) {
  test(`prefers: ${name}`, () => assert.equal(outcome(p, nodes, pods), want));
}

test('of large clusters a share is looked at, from where the last pod stopped', () => {
  assert.deepEqual([10, 99, 100, 1000, 5000, 20_000].map(feasibleNodesToFind), [10, 99, 100, 420, 500, 1000]);
});

function victims(p: Pod, nodes: readonly Node[], pods: readonly Pod[]): string | { node: string; victims: string[] } {
  const cluster = clusterOf(nodes, pods);
  const asked = cycle();
  const decision = asked.decide(podInfo(p), cluster);
  assert.ok(!('node' in decision), 'it fits without preemption');
  const result = preempt(podInfo(p), cluster, { ...decision, check: asked.check.bind(asked) });
  if ('why' in result) return result.why;
  return { node: result.node.name, victims: result.victims.map((v) => v.pod.metadata.labels?.['id'] ?? '') };
}
const low = (id: string, nodeName: string, cpu: string, priority = 0) =>
  on(nodeName, { ...asking({ cpu }), priority }, { id });
const high = (cpu: string, more: Spec = {}) => pod({ ...asking({ cpu }), priority: 100, ...more });

const preempting: [name: string, p: Pod, nodes: Node[], pods: Pod[], want: ReturnType<typeof victims>][] = [
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
];
for (const [name, p, nodes, pods, want] of preempting) {
  test(`preempts: ${name}`, () => assert.deepEqual(victims(p, nodes, pods), want));
}
