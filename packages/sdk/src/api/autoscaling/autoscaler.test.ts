import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deepCopy, lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { fromHub, toHub } from './autoscaler-conversion.ts';
import { type HorizontalPodAutoscaler, horizontalPodAutoscaler } from './horizontalpodautoscaler.ts';
import { type HorizontalPodAutoscalerV1, horizontalPodAutoscalerV1 } from './horizontalpodautoscaler-v1.ts';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
const anAutoscaler = (spec: object = {}, status: object = {}): HorizontalPodAutoscaler =>
  decode(horizontalPodAutoscaler.schema.shape, {
    metadata: { name: 'h' },
    spec: { scaleTargetRef, maxReplicas: 3, ...spec },
    status,
  }) as HorizontalPodAutoscaler;
const inV1 = (spec: object = {}, annotations: object = {}): HorizontalPodAutoscalerV1 =>
  decode(horizontalPodAutoscalerV1.schema.shape, {
    metadata: { name: 'h', annotations },
    spec: { scaleTargetRef, maxReplicas: 3, ...spec },
  }) as HorizontalPodAutoscalerV1;
const context = { now: 0, warn: () => {} };
const memory = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
};
const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

test('what an autoscaler doesn’t say', () => {
  const { minReplicas, metrics, behavior } = anAutoscaler({ behavior: { scaleDown: { selectPolicy: 'Min' } } }).spec;
  assert.deepEqual([minReplicas, metrics], [1, [cpu(80)]]);
  assert.deepEqual(behavior, {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    },
    scaleDown: { selectPolicy: 'Min', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
  });
});

describe('an autoscaler', () => {
  const metric = (m: object) => anAutoscaler({ metrics: [m] });
  const rows: [string, HorizontalPodAutoscaler, HorizontalPodAutoscaler | undefined, string[]][] = [
    ['good', anAutoscaler({ metrics: [cpu(50), memory] }), undefined, []],
    [
      'of more than it may be',
      anAutoscaler({ minReplicas: 4 }),
      undefined,
      ['spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`'],
    ],
    [
      'of nothing at all',
      anAutoscaler({ minReplicas: 0, maxReplicas: 0 }),
      undefined,
      [
        'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
        'spec.maxReplicas: Required value: must be set and greater than 0',
        'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
      ],
    ],
    [
      'of something in no group',
      anAutoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'v1' } }),
      undefined,
      ['spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group'],
    ],
    [
      'of what it was of before',
      anAutoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'e', apiVersion: 'v1' } }),
      anAutoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'v1' } }),
      [],
    ],
    [
      'by two things at once',
      metric({ ...memory, pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1' } } }),
      undefined,
      ['spec.metrics[0].pods: Forbidden: must populate the given metric source only'],
    ],
    [
      'by nothing',
      metric({ type: 'External' }),
      undefined,
      ['spec.metrics[0].external: Required value: must populate information for the given metric source'],
    ],
    [
      'in no steps',
      anAutoscaler({ behavior: { scaleUp: { policies: [], stabilizationWindowSeconds: 3601 } } }),
      undefined,
      [
        'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
        'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy',
      ],
    ],
  ];
  for (const [name, next, old, want] of rows) {
    test(name, () => assert.deepEqual([...horizontalPodAutoscaler.validate!(next, old)].map(lineOf), want));
  }
});

test('what the older version has no fields for stands in annotations, and comes back', () => {
  const selector = { matchLabels: { verb: 'GET' } };
  const target = { type: 'AverageValue', averageValue: '1500m' };
  const whole = anAutoscaler(
    {
      minReplicas: 2,
      metrics: [
        memory,
        { type: 'Pods', pods: { metric: { name: 'qps', selector }, target } },
        {
          type: 'Object',
          object: {
            describedObject: scaleTargetRef,
            metric: { name: 'hits' },
            target: { type: 'Value', value: '10k' },
          },
        },
        { type: 'External', external: { metric: { name: 'depth', selector }, target } },
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 70 } },
        },
        cpu(60),
      ],
      behavior: { scaleDown: { selectPolicy: 'Disabled' } },
    },
    {
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40, averageValue: '40m' } } },
        { type: 'Pods', pods: { metric: { name: 'qps' }, current: { averageValue: '3' } } },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' }],
    },
  );
  const old = fromHub(deepCopy(whole));
  assert.deepEqual(old.spec, { scaleTargetRef, minReplicas: 2, maxReplicas: 3, targetCPUUtilizationPercentage: 60 });
  assert.equal(old.status.currentCPUUtilizationPercentage, 40);
  assert.deepEqual(toHub(old), whole);
});

test('through the older version a spec doesn’t touch what the status has in annotations, nor the other way round', () => {
  const old = fromHub(
    anAutoscaler(
      { metrics: [memory, cpu(60)] },
      { conditions: [{ type: 'A', status: 'True', lastTransitionTime: null }] },
    ),
  );
  const written = inV1({ targetCPUUtilizationPercentage: 70 });
  horizontalPodAutoscalerV1.prepareForUpdate!(written, old, context);
  assert.deepEqual(Object.keys(written.metadata.annotations ?? {}), ['autoscaling.alpha.kubernetes.io/conditions']);
  const { status } = horizontalPodAutoscalerV1;
  assert.ok(typeof status === 'object');
  const said = inV1({ targetCPUUtilizationPercentage: 1 });
  status.prepareForUpdate!(said, old, context);
  assert.equal(said.spec.targetCPUUtilizationPercentage, 60);
  assert.deepEqual(Object.keys(said.metadata.annotations ?? {}), ['autoscaling.alpha.kubernetes.io/metrics']);
});

test('a count of none isn’t said in the newer version', () => {
  const scaler = inV1();
  horizontalPodAutoscalerV1.prepareForCreate!(scaler, context);
  assert.deepEqual(scaler.status, { currentReplicas: 0, desiredReplicas: 0 });
  assert.deepEqual(toHub(scaler).status, { desiredReplicas: 0, currentMetrics: null });
});

test('targets are shown beside what there is', () => {
  const { value } = horizontalPodAutoscaler.columns!.find(({ name }) => name === 'Targets')!;
  const current = { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40 } } };
  const rows: [HorizontalPodAutoscaler, string][] = [
    [anAutoscaler({ metrics: [cpu(60)] }, { currentMetrics: [current] }), 'cpu: 40%/60%'],
    [anAutoscaler({ metrics: [cpu(60), memory, memory] }), 'cpu: <unknown>/60%, memory: <unknown>/1Gi + 1 more...'],
  ];
  for (const [scaler, want] of rows) assert.equal(value(scaler, { now: 0 }), want);
});
