import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deepCopy, lineOf } from '../../machinery/index.ts';
import { decode, DecodeError } from '../../schema/index.ts';
import { type DaemonSet, daemonSet } from './daemonset.ts';
import { type StatefulSet, statefulSet } from './statefulset.ts';

const container = { name: 'c', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: 'db' } };
const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const aStatefulSet = (spec: object = {}, status: object = {}): StatefulSet =>
  decode(statefulSet.schema.shape, {
    metadata: { name: 'db' },
    spec: { selector, template, serviceName: 'db', volumeClaimTemplates: [claim], ...spec },
    status,
  }) as StatefulSet;
const plain = { ...template, spec: { containers: [{ name: 'c', image: 'x' }] } };
const aDaemonSet = (spec: object = {}, annotations: object = {}): DaemonSet => {
  const made = decode(daemonSet.schema.shape, {
    metadata: { name: 'd', annotations },
    spec: { selector, template: plain, ...spec },
  }) as DaemonSet;
  daemonSet.default!(made);
  return made;
};
const context = { now: 0, warn: () => {} };

describe('a new stateful set', () => {
  const rows: [string, StatefulSet, string[]][] = [
    ['whose claims are its pods’ volumes', aStatefulSet(), []],
    [
      'of pods nobody made volumes for',
      aStatefulSet({ volumeClaimTemplates: [] }),
      ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"'],
    ],
    [
      'that only updates by hand, in parts',
      aStatefulSet({ updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }),
      [
        'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy \'RollingUpdate\'',
      ],
    ],
    [
      'in no order',
      aStatefulSet({ podManagementPolicy: 'Random' }),
      ["spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'"],
    ],
    [
      'that counts from below',
      aStatefulSet({ ordinals: { start: -1 } }),
      ['spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'that does something else with claims',
      aStatefulSet({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep' } }),
      [
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
      ],
    ],
  ];
  for (const [name, object, want] of rows) {
    test(name, () => assert.deepEqual([...statefulSet.validate!(object)].map(lineOf), want));
  }
});

test('a stateful set keeps what its pods are bound to', () => {
  const old = aStatefulSet();
  assert.deepEqual([...statefulSet.validate!(aStatefulSet({ replicas: 5, minReadySeconds: 3 }), old)], []);
  const [line] = [...statefulSet.validate!(aStatefulSet({ serviceName: 'other' }), old)].map(lineOf);
  assert.match(line!, /^spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals'/);
});

test('only a strategy that nobody named is filled in whole', () => {
  const rows: [object, object][] = [
    [{}, { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }],
    [{ type: 'RollingUpdate' }, { type: 'RollingUpdate' }],
    [
      { type: 'RollingUpdate', rollingUpdate: {} },
      { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    ],
    [{ type: 'OnDelete' }, { type: 'OnDelete' }],
  ];
  for (const [updateStrategy, want] of rows) {
    assert.deepEqual(aStatefulSet({ updateStrategy }).spec.updateStrategy, want);
  }
});

test('a claim says what it is, and its fractions are told of', () => {
  const odd = { ...claim, kind: 'Secret', spec: { ...claim.spec, resources: { requests: { storage: '1500m' } } } };
  const made = aStatefulSet({ volumeClaimTemplates: [odd], revisionHistoryLimit: -1 });
  const { kind, apiVersion, status } = made.spec.volumeClaimTemplates![0]!;
  assert.deepEqual(
    { kind, apiVersion, status },
    { kind: 'PersistentVolumeClaim', apiVersion: 'v1', status: { phase: 'Pending' } },
  );
  made.metadata.generation = 1;
  assert.deepEqual(
    [...statefulSet.warnings!(made)],
    [
      'spec.volumeClaimTemplates[0].resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    ],
  );
});

test('a stateful set’s status counts no part above the whole', () => {
  const { status } = statefulSet;
  assert.ok(typeof status === 'object');
  const next = aStatefulSet({}, { replicas: 1, readyReplicas: 1, availableReplicas: 2 });
  assert.deepEqual([...status.validate!(next, aStatefulSet({}, { collisionCount: 2 }), context)].map(lineOf), [
    'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas',
    'status.collisionCount: Invalid value: 0: cannot be decremented',
  ]);
});

describe('a new daemon set', () => {
  const rolling = (rollingUpdate: object) => aDaemonSet({ updateStrategy: { rollingUpdate } });
  const rows: [string, DaemonSet, string[]][] = [
    ['good', aDaemonSet(), []],
    [
      'of everything',
      aDaemonSet({ selector: {} }),
      ['spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
    ],
    [
      'that goes in both ways at once',
      rolling({ maxSurge: 1 }),
      ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero'],
    ],
    [
      'that never moves',
      rolling({ maxUnavailable: '0%' }),
      ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
    ],
    [
      'with another strategy',
      aDaemonSet({ updateStrategy: { type: 'Never' } }),
      [
        'spec.updateStrategy: Unsupported value: {"Type":"Never","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
  ];
  for (const [name, object, want] of rows) {
    test(name, () => assert.deepEqual([...daemonSet.validate!(object)].map(lineOf), want));
  }
});

test('the generation of a daemon set’s template is the server’s own', () => {
  const key = 'deprecated.daemonset.template.generation';
  const made = aDaemonSet();
  daemonSet.prepareForCreate!(made, context);
  assert.equal(made.metadata.annotations?.[key], '1');
  const claimed = aDaemonSet({}, { [key]: '7' });
  daemonSet.prepareForUpdate!(claimed, made, context);
  assert.equal(claimed.metadata.annotations?.[key], '1');
  const changed = deepCopy(made);
  changed.spec.template.metadata.labels = { app: 'db', more: 'yes' };
  daemonSet.prepareForUpdate!(changed, made, context);
  assert.equal(changed.metadata.annotations?.[key], '2');
  assert.throws(() => aDaemonSet({}, { [key]: 'many' }), DecodeError);
});
