import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type LimitRange, limitRange } from './limitrange.ts';
import { type PodTemplate, podTemplate } from './podtemplate.ts';
import { type ReplicationController, replicationController } from './replicationcontroller.ts';
import { type ResourceQuota, resourceQuota } from './resourcequota.ts';

const aQuota = (spec: object = {}, status: object = {}): ResourceQuota =>
  decode(resourceQuota.schema.shape, { metadata: { name: 'q' }, spec, status }) as ResourceQuota;
const aRange = (...limits: object[]): LimitRange =>
  decode(limitRange.schema.shape, { metadata: { name: 'l' }, spec: { limits } }) as LimitRange;
const context = { now: 0, warn: () => {} };

describe('a quota', () => {
  const select = (...matchExpressions: object[]) => ({ hard: { pods: '1' }, scopeSelector: { matchExpressions } });
  const rows: [string, ResourceQuota, ResourceQuota | undefined, string[]][] = [
    ['good', aQuota({ hard: { cpu: '1', pods: '2', 'count/widgets.example.com': '3' } }), undefined, []],
    [
      'of what nobody counts',
      aQuota({ hard: { storage: '1' } }),
      undefined,
      ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota'],
    ],
    [
      'of half a pod',
      aQuota({ hard: { pods: '500m' } }),
      undefined,
      ['spec.hard[pods]: Invalid value: "500m": must be an integer'],
    ],
    [
      'of pods that have what its scope hasn’t',
      aQuota({ hard: { cpu: '1' }, scopes: ['BestEffort'] }),
      undefined,
      ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      'of nobody',
      aQuota({ hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] }),
      undefined,
      ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
    ],
    [
      'that asks oddly',
      aQuota(select({ scopeName: 'Terminating', operator: 'In', values: [] })),
      undefined,
      [
        'spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exists\' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity',
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
    [
      'that means others now',
      aQuota({ scopes: ['BestEffort'] }),
      aQuota(),
      ['spec.scopes: Invalid value: ["BestEffort"]: field is immutable'],
    ],
  ];
  for (const [name, next, old, want] of rows) {
    test(name, () => assert.deepEqual([...resourceQuota.validate!(next, old)].map(lineOf), want));
  }
});

test('a quota warns of asking for more than one may have, and shows what is used', () => {
  const hard = { cpu: '4', 'limits.cpu': '2', pods: '5' };
  assert.deepEqual(
    [...resourceQuota.warnings!(aQuota({ hard }))],
    ['ResourceQuota cpu (4) should be less than limits.cpu (2)'],
  );
  const [, request, limit] = resourceQuota.columns!;
  const quota = aQuota({ hard }, { hard, used: { pods: '1' } });
  assert.equal(request!.value(quota, { now: 0 }), 'cpu: 0/4, pods: 1/5');
  assert.equal(limit!.value(quota, { now: 0 }), 'limits.cpu: 0/2');
});

describe('a limit range', () => {
  const rows: [string, LimitRange, string[]][] = [
    ['good', aRange({ type: 'Container', max: { cpu: '2' }, min: { cpu: '1' } }), []],
    [
      'of pods with defaults',
      aRange({ type: 'Pod', default: { cpu: '1' } }),
      ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      'the wrong way round',
      aRange({ type: 'Pod', max: { cpu: '1' }, min: { cpu: '2' } }),
      ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
    ],
    [
      'of a ratio that can’t be',
      aRange({ type: 'Pod', max: { cpu: '3' }, min: { cpu: '2' }, maxLimitRequestRatio: { cpu: '2' } }),
      ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "2": ratio 2 is greater than max/min = 1.500000'],
    ],
    [
      'of claims without bounds',
      aRange({ type: 'PersistentVolumeClaim', default: { storage: '1' } }),
      [
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
    [
      'told twice, and of what there isn’t',
      aRange({ type: 'Pods' }, { type: 'Pods' }),
      [
        'spec.limits[0].type: Invalid value: "Pods": must be a standard limit type or fully qualified',
        'spec.limits[1].type: Invalid value: "Pods": must be a standard limit type or fully qualified',
        'spec.limits[1].type: Duplicate value: "Pods"',
      ],
    ],
  ];
  for (const [name, object, want] of rows) {
    test(name, () => assert.deepEqual([...limitRange.validate!(object)].map(lineOf), want));
  }
});

test('what a limit range doesn’t say of containers follows from what it says', () => {
  const [item] = aRange({
    type: 'Container',
    max: { cpu: '2', memory: '1Gi' },
    min: { 'example.com/x': '1' },
    default: { cpu: '1' },
  }).spec.limits;
  assert.deepEqual(item!.default, { cpu: '1', memory: '1Gi' });
  assert.deepEqual(item!.defaultRequest, { cpu: '1', 'example.com/x': '1', memory: '1Gi' });
});

test('a limit range that nobody named is called by its uid', () => {
  const made = aRange();
  made.metadata = { uid: 'u1' } as LimitRange['metadata'];
  limitRange.prepareForCreate!(made, context);
  assert.equal(made.metadata.name, 'u1');
});

test('a replication controller means the pods that it makes', () => {
  const labels = { app: 'web', tier: 'front' };
  const container = { name: 'c', image: 'x' };
  const made = decode(replicationController.schema.shape, {
    metadata: { name: 'r' },
    spec: { template: { metadata: { labels }, spec: { containers: [container], restartPolicy: 'Never' } } },
  }) as ReplicationController;
  replicationController.default!(made);
  assert.deepEqual([made.spec.selector, made.metadata.labels, made.spec.replicas], [labels, labels, 1]);
  assert.equal(replicationController.scale!.selector!(made), 'app=web,tier=front');
  assert.deepEqual([...replicationController.validate!(made)].map(lineOf), [
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ]);
  const empty = decode(replicationController.schema.shape, { spec: {} }) as ReplicationController;
  assert.deepEqual([...replicationController.validate!(empty)].map(lineOf), [
    'spec.selector: Required value',
    'spec.template: Required value',
  ]);
});

test('a pod template counts its changes', () => {
  const aTemplate = (image: string) =>
    decode(podTemplate.schema.shape, {
      metadata: { name: 't', generation: 3 },
      template: { spec: { containers: [{ name: 'c', image }] } },
    }) as PodTemplate;
  const [same, other] = [aTemplate('a'), aTemplate('b')];
  podTemplate.prepareForUpdate!(same, aTemplate('a'), context);
  podTemplate.prepareForUpdate!(other, aTemplate('a'), context);
  assert.deepEqual([same.metadata.generation, other.metadata.generation], [3, 4]);
});
