import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aPod, aReadyPod } from '@tiphys/sdk/testing';
import { victims } from './victims.ts';

const now = Date.parse('2026-01-02T00:00:00Z');
const cost = (n: string) => ({ annotations: { 'controller.kubernetes.io/pod-deletion-cost': n } });
const restarts = (n: number) => ({
  containerStatuses: [{ name: 'main', ready: true, restartCount: n, image: 'i', imageID: 'i' }],
});

const cases: { name: string; goes: ReturnType<typeof aPod>; stays: ReturnType<typeof aPod> }[] = [
  { name: 'one without a node', goes: aPod(), stays: aPod({ spec: { nodeName: 'a' } }) },
  {
    name: 'a pending one',
    goes: aReadyPod({ status: { phase: 'Pending', conditions: [] } }),
    stays: aReadyPod({ status: { phase: 'Unknown', conditions: [] } }),
  },
  {
    name: 'an unknown one before a running one',
    goes: aReadyPod({ status: { phase: 'Unknown', conditions: [] } }),
    stays: aReadyPod({ status: { phase: 'Running', conditions: [] } }),
  },
  { name: 'one that is not ready', goes: aReadyPod({ status: { conditions: [] } }), stays: aReadyPod() },
  { name: 'a cheap one', goes: aReadyPod({ metadata: cost('-5') }), stays: aReadyPod({ metadata: cost('3') }) },
  {
    name: 'one whose cost is no number counts as zero',
    goes: aReadyPod({ metadata: cost('+7') }),
    stays: aReadyPod({ metadata: cost('1') }),
  },
  {
    name: 'one ready for a shorter time',
    goes: aReadyPod({}, '2026-01-01T23:59:00Z'),
    stays: aReadyPod({}, '2026-01-01T00:00:00Z'),
  },
  {
    name: 'one restarted more often',
    goes: aReadyPod({ status: restarts(5) }),
    stays: aReadyPod({ status: restarts(1) }),
  },
  {
    name: 'a younger one',
    goes: aReadyPod({ metadata: { creationTimestamp: '2026-01-01T23:00:00Z' } }),
    stays: aReadyPod({ metadata: { creationTimestamp: '2025-01-01T00:00:00Z' } }),
  },
];

for (const { name, goes, stays } of cases) {
  test(`the first to go is ${name}`, () => {
    assert.deepEqual(victims([stays, goes], [stays, goes], 1, now), [goes]);
    assert.deepEqual(victims([goes, stays], [stays, goes], 1, now), [goes]);
  });
}

test('on a node with more pods of the application, also of other sets, one goes first', () => {
  const alone = aReadyPod({ spec: { nodeName: 'a' } });
  const crowded = aReadyPod({ spec: { nodeName: 'b' } });
  const other = aReadyPod({ spec: { nodeName: 'b' } });
  assert.deepEqual(victims([alone, crowded], [alone, crowded, other], 1, now), [crowded]);
});

test('a cost beats the crowd, readiness beats the cost', () => {
  const crowdedDear = aReadyPod({ metadata: cost('10'), spec: { nodeName: 'b' } });
  const cheap = aReadyPod({ spec: { nodeName: 'a' } });
  const unreadyDear = aReadyPod({ metadata: cost('100'), status: { conditions: [] } });
  const related = [crowdedDear, cheap, aReadyPod({ spec: { nodeName: 'b' } })];
  assert.deepEqual(victims([crowdedDear, cheap], related, 1, now), [cheap]);
  assert.deepEqual(victims([cheap, unreadyDear], [], 1, now), [unreadyDear]);
});

test('ages of the same order of magnitude count as equal; then the uid decides', () => {
  const older = aReadyPod({ metadata: { uid: 'a' } }, '2026-01-01T10:00:00Z');
  const newer = aReadyPod({ metadata: { uid: 'b' } }, '2026-01-01T11:00:00Z');
  assert.deepEqual(victims([older, newer], [], 1, now), [older]);
});

test('none, all, more than all', () => {
  const pods = [aReadyPod(), aReadyPod()];
  assert.deepEqual(victims(pods, pods, 0, now), []);
  assert.deepEqual(victims(pods, pods, -3, now), []);
  assert.deepEqual(victims(pods, pods, 2, now), pods);
  assert.deepEqual(victims(pods, pods, 5, now), pods);
});
