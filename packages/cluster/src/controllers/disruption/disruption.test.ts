import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pod, type Pod, podDisruptionBudget, type PodDisruptionBudget, replicaSet } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import { expectationOf, printedSelector } from './expected.ts';
import { disruptionController } from './index.ts';
import { pendingEvictions, statusOf } from './status.ts';

const aPod = (name: string, { owner, ready = true }: { owner?: string; ready?: boolean } = {}): Pod =>
  ({
    metadata: {
      name,
      namespace: 'default',
      ...(owner && {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
      }),
    },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }) as unknown as Pod;
const aBudget = (spec: object, status: object = {}): PodDisruptionBudget =>
  ({ metadata: { name: 'b', namespace: 'default', generation: 1 }, spec, status }) as PodDisruptionBudget;

describe('how many pods must stay', () => {
  const owned = [aPod('a', { owner: 'one' }), aPod('b', { owner: 'one' }), aPod('c', { owner: 'two' }), aPod('d')];
  const rows: [object, number, number, string[]][] = [
    [{ minAvailable: 2 }, 4, 2, []],
    [{ minAvailable: '50%' }, 7, 4, ['d']],
    [{ maxUnavailable: 1 }, 7, 6, ['d']],
    [{ maxUnavailable: '30%' }, 7, 4, ['d']],
    [{ maxUnavailable: 9 }, 7, 0, ['d']],
    [{}, 0, 0, []],
  ];
  for (const [spec, expected, desired, unmanaged] of rows) {
    test(JSON.stringify(spec), () => {
      const got = expectationOf(aBudget(spec), owned, (_p, { uid }) => (uid === 'one' ? 5 : 2));
      assert.deepEqual(got, { expected, desired, unmanaged });
    });
  }
});

test('an eviction that was granted counts as gone, for a while', () => {
  const now = Date.parse('2024-01-01T00:02:30Z');
  const disruptedPods = { a: '2024-01-01T00:01:00Z', b: '2024-01-01T00:00:00Z', gone: '2024-01-01T00:02:00Z' };
  const budget = aBudget({ minAvailable: 1 }, { disruptedPods });
  const pods = [aPod('a'), aPod('b'), aPod('c', { ready: false })];
  const { pending, overdue, recheckInMs } = pendingEvictions(budget, pods, now);
  assert.deepEqual(pending, { a: '2024-01-01T00:01:00Z' });
  assert.deepEqual(
    overdue.map((p) => p.metadata.name),
    ['b'],
  );
  assert.equal(recheckInMs, 30_000);
  const status = statusOf(budget, { pods, pending, expectation: { expected: 3, desired: 1, unmanaged: [] }, now });
  assert.deepEqual([status.currentHealthy, status.disruptionsAllowed], [1, 0]);
  assert.equal(status.conditions?.[0]?.reason, 'InsufficientPods');
});

test('a selector is told as upstream prints it', () => {
  const expression = { key: 'tier', operator: 'In', values: ['a', 'b'] };
  assert.equal(
    printedSelector({ matchLabels: { app: 'web' }, matchExpressions: [expression] }),
    '&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:tier,Operator:In,Values:[a b],},},}',
  );
});

test('a budget follows its pods, and allows nothing while nobody knows how many there ought to be', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const selector = { matchLabels: { app: 'web' } };
  const set = await client.create(replicaSet, {
    metadata: { name: 'r', namespace: 'default' },
    spec: { replicas: 2, selector, template },
  });
  const budget = await client.create(podDisruptionBudget, {
    metadata: { name: 'b', namespace: 'default' },
    spec: { selector, maxUnavailable: 1 },
  });
  await cluster.run(disruptionController);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', controller: true };
  for (const name of ['x', 'y']) {
    const p = await client.create(pod, {
      metadata: {
        name,
        namespace: 'default',
        labels: { app: 'web' },
        ownerReferences: [{ ...owner, uid: set.metadata.uid! }],
      },
      spec: template.spec,
    });
    await client.updateStatus(pod, p, {
      ...p.status,
      conditions: [{ type: 'Ready', status: 'True' }],
    } as Pod['status']);
  }
  await clock.settle();
  const { status } = await client.get(podDisruptionBudget, budget);
  assert.deepEqual(
    [status.expectedPods, status.desiredHealthy, status.currentHealthy, status.disruptionsAllowed],
    [2, 1, 2, 1],
  );
  await client.create(pod, {
    metadata: {
      name: 'z',
      namespace: 'default',
      labels: { app: 'web' },
      ownerReferences: [{ ...owner, name: 'nobody', uid: 'u' }],
    },
    spec: template.spec,
  });
  await clock.settle();
  const failed = await client.get(podDisruptionBudget, budget);
  assert.equal(failed.status.disruptionsAllowed, 0);
  const { reason, message } = failed.status.conditions![0]!;
  assert.deepEqual([reason, message], ['SyncFailed', 'found no controllers for pod "z"']);
});
