import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deepCopy, lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type ControllerRevision, controllerRevision } from './controllerrevision.ts';
import { type Deployment, deployment } from './deployment.ts';
import { type ReplicaSet, replicaSet } from './replicaset.ts';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
const selector = { matchLabels: { app: 'web' } };
const aDeployment = (spec: object = {}, status: object = {}): Deployment =>
  decode(deployment.schema.shape, {
    metadata: { name: 'd' },
    spec: { selector, template, ...spec },
    status,
  }) as Deployment;
const aReplicaSet = (spec: object = {}): ReplicaSet =>
  decode(replicaSet.schema.shape, { metadata: { name: 'r' }, spec: { selector, template, ...spec } }) as ReplicaSet;
const rolling = (rollingUpdate: object) => aDeployment({ strategy: { type: 'RollingUpdate', rollingUpdate } });

describe('a new deployment', () => {
  const rows: [string, Deployment, string[]][] = [
    ['good', aDeployment(), []],
    [
      'no selector',
      aDeployment({ selector: undefined }),
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'a selector of everything',
      aDeployment({ selector: {} }),
      ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
    ],
    [
      'a selector that can’t be asked with',
      aDeployment({ selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }),
      [
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"In"}]}: invalid label selector',
      ],
    ],
    [
      'none more and none less',
      rolling({ maxSurge: 0, maxUnavailable: '0%' }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      'more than all',
      rolling({ maxUnavailable: '101%' }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    [
      'shares of what isn’t done',
      aDeployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'a deadline before anything is ready',
      aDeployment({ minReadySeconds: 10, progressDeadlineSeconds: 10 }),
      ['spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds'],
    ],
    [
      'pods that end',
      aDeployment({
        template: { ...template, spec: { ...template.spec, restartPolicy: 'Never', activeDeadlineSeconds: 5 } },
      }),
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
      ],
    ],
  ];
  for (const [name, object, want] of rows) {
    test(name, () => assert.deepEqual([...deployment.validate!(object)].map(lineOf), want));
  }
});

test('a deployment’s selector stays, and a change of annotations is one of what is wanted', () => {
  const old = aDeployment();
  old.metadata.generation = 1;
  const other = aDeployment({
    selector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'app', operator: 'Exists' }] },
  });
  assert.match(
    [...deployment.validate!(other, old)].map(lineOf).join(),
    /^spec\.selector: Invalid value: .*: field is immutable$/,
  );
  const annotated = deepCopy(old);
  annotated.metadata.annotations = { a: 'b' };
  deployment.prepareForUpdate!(annotated, old, { now: 0, warn: () => {} });
  assert.equal(annotated.metadata.generation, 2);
});

test('a status counts no part above the whole', () => {
  const { status } = deployment;
  assert.ok(typeof status === 'object');
  const errors = status.validate!(
    aDeployment({}, { replicas: 1, readyReplicas: 2, availableReplicas: 3, collisionCount: 0 }),
    aDeployment({}, { collisionCount: 1 }),
    { now: 0 },
  );
  assert.deepEqual([...errors].map(lineOf), [
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas',
    'status.collisionCount: Invalid value: 0: cannot be decremented',
  ]);
});

test('a replica set has no negative number of pods', () => {
  assert.deepEqual([...replicaSet.validate!(aReplicaSet({ replicas: -1 }))].map(lineOf), [
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ]);
});

describe('a controller revision', () => {
  const aRevision = (data: unknown, revision = 1): ControllerRevision =>
    decode(controllerRevision.schema.shape, { metadata: { name: 'c' }, data, revision }) as ControllerRevision;
  const rows: [string, ControllerRevision, ControllerRevision | undefined, string[]][] = [
    ['good', aRevision({ a: 1 }), undefined, []],
    ['without data', aRevision(undefined), undefined, ['data: Required value: data is mandatory']],
    ['of a number', aRevision(7), undefined, ['data: Required value: data must be a valid JSON object']],
    [
      'moved back below zero',
      aRevision({}, -1),
      undefined,
      ['revision: Invalid value: -1: must be greater than or equal to 0'],
    ],
    ['rewritten', aRevision({ a: 2 }), aRevision({ a: 1 }), ['data: Invalid value: {"a":2}: field is immutable']],
  ];
  for (const [name, next, old, want] of rows) {
    test(name, () => assert.deepEqual([...controllerRevision.validate!(next, old)].map(lineOf), want));
  }
});
