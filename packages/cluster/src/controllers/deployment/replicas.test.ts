import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aDeployment, aReplicaSet } from '@tiphys/sdk/testing';
import { activeOrLatest, fences, newSetReplicas, proportional, shrinkOld } from './replicas.ts';

const rolling = (replicas: number, maxSurge: number | string, maxUnavailable: number | string) =>
  aDeployment({ spec: { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } } });
let age = 0;
const aSet = (replicas: number, available = replicas, max?: number) =>
  aReplicaSet({
    metadata: {
      creationTimestamp: `2026-01-01T00:00:${String(age++ % 60).padStart(2, '0')}Z`,
      ...(max !== undefined && { annotations: { 'deployment.kubernetes.io/max-replicas': String(max) } }),
    },
    spec: { replicas },
    status: { replicas, availableReplicas: available },
  });

const fenceCases: [replicas: number, surge: number | string, unavailable: number | string, want: [number, number]][] = [
  [10, '25%', '25%', [3, 2]],
  [1, '25%', '25%', [1, 0]],
  [3, 1, 0, [1, 0]],
  [3, 0, 0, [0, 1]],
  [3, '0%', '10%', [0, 1]],
  [2, 0, 5, [0, 2]],
  [0, '25%', '25%', [0, 0]],
];
for (const [replicas, surge, unavailable, [wantSurge, wantUnavailable]] of fenceCases) {
  test(`${replicas} replicas, surge ${surge}, unavailable ${unavailable}: ${wantSurge} more, ${wantUnavailable} fewer`, () => {
    assert.deepEqual(fences(rolling(replicas, surge, unavailable)), {
      surge: wantSurge,
      unavailable: wantUnavailable,
    });
  });
}

test('recreate has no fences', () => {
  assert.deepEqual(fences(aDeployment({ spec: { replicas: 3, strategy: { type: 'Recreate' } } })), {
    surge: 0,
    unavailable: 0,
  });
});

test('the new set grows as far as the surge allows', () => {
  const d = rolling(10, 3, 2);
  assert.equal(newSetReplicas(d, [aSet(10)], 0), 3);
  assert.equal(newSetReplicas(d, [aSet(8), aSet(3)], 3), 5);
  assert.equal(newSetReplicas(d, [aSet(13)], 0), 0);
  assert.equal(newSetReplicas(d, [aSet(0), aSet(9)], 9), 10);
});

test('old sets shrink by what does not work first, then by what the new set makes up for', () => {
  const d = rolling(10, 3, 2);
  const [old, fresh] = [aSet(10), aSet(3, 0)];
  assert.deepEqual(shrinkOld(d, fresh, [old]), [{ set: old, replicas: 8 }]);
  const broken = aSet(4, 1);
  const fine = aSet(6);
  assert.deepEqual(shrinkOld(d, aSet(3, 2), [broken, fine]), [
    { set: broken, replicas: 1 },
    { set: broken, replicas: 0 },
  ]);
  assert.deepEqual(shrinkOld(rolling(4, 1, 0), aSet(1, 0), [aSet(4)]), []);
  const justShrunk = aSet(3, 4);
  assert.deepEqual(
    shrinkOld(rolling(8, 2, 2), aSet(7, 4), [justShrunk]),
    [{ set: justShrunk, replicas: 2 }],
    'a set whose status is behind its size loses no pod twice',
  );
});

test('scaling amid a rollout keeps proportions, the largest takes the rest', () => {
  const [a, b] = [aSet(8, 8, 13), aSet(5, 0, 13)];
  const up = proportional(rolling(15, 3, 2), [a, b]);
  assert.deepEqual(
    up.map((r) => [r.set.metadata.name, r.replicas]),
    [
      [a.metadata.name, 11],
      [b.metadata.name, 7],
    ],
  );
  const down = proportional(rolling(5, 3, 2), [a, b]);
  assert.equal(
    down.reduce((n, r) => n + r.replicas, 0),
    8,
  );
  assert.deepEqual(
    proportional(rolling(0, 3, 2), [a, b]).map((r) => r.replicas),
    [0, 0],
  );
});

test('a scale is for the only active set, else for the newest', () => {
  const [a, b, c] = [aSet(0), aSet(2), aSet(0)];
  assert.equal(activeOrLatest(c, [a, b]), b);
  assert.equal(activeOrLatest(c, [a]), c);
  assert.equal(activeOrLatest(undefined, [a, c]), c);
  assert.equal(activeOrLatest(aSet(1), [b]), undefined);
});
