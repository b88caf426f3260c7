import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerStatus, Pod, PodStatus } from '@tiphys/sdk/api';
import { aPod } from '@tiphys/sdk/testing';
import { phaseOf } from './phase.ts';
import { statusPatch } from './status-patch.ts';

const container = (name: string, state: object, lastState: object = {}, more: object = {}) =>
  ({ name, state, lastState, ready: false, restartCount: 0, image: '', imageID: '', ...more }) as ContainerStatus;
const running = { running: { startedAt: null } };
const waiting = { waiting: { reason: 'ContainerCreating' } };
const ended = (exitCode: number) => ({ terminated: { exitCode, startedAt: null, finishedAt: null } });

describe("a pod's phase", () => {
  const podOf = (restartPolicy: 'Always' | 'OnFailure' | 'Never', init: object[] = []): Pod =>
    aPod({
      spec: { restartPolicy, initContainers: init as never, containers: [{ name: 'a' }, { name: 'b' }] },
    });
  it('follows its containers', () => {
    const table: [policy: 'Always' | 'OnFailure' | 'Never', a: object, b: object, phase: string][] = [
      ['Always', waiting, running, 'Pending'],
      ['Always', running, running, 'Running'],
      ['Always', ended(0), ended(1), 'Running'],
      ['OnFailure', ended(0), ended(0), 'Succeeded'],
      ['OnFailure', ended(0), ended(1), 'Running'],
      ['Never', ended(0), ended(1), 'Failed'],
      ['Never', ended(0), running, 'Running'],
      ['Never', ended(0), ended(0), 'Succeeded'],
    ];
    for (const [policy, a, b, phase] of table) {
      const statuses = { containerStatuses: [container('a', a), container('b', b)] };
      assert.equal(phaseOf(podOf(policy), statuses, false), phase, `${policy} ${JSON.stringify([a, b])}`);
    }
  });
  it('is pending while it is being prepared', () => {
    const pod = podOf('Always', [{ name: 'i' }, { name: 's', restartPolicy: 'Always' }]);
    const of = (i: object, s: object, main: object) =>
      phaseOf(
        pod,
        {
          initContainerStatuses: [container('i', i), container('s', s, {}, { started: s === running })],
          containerStatuses: [container('a', main), container('b', main)],
        },
        false,
      );
    assert.equal(of(running, waiting, waiting), 'Pending');
    assert.equal(of(ended(0), waiting, waiting), 'Pending');
    assert.equal(of(ended(0), running, running), 'Running');
    const failed = { initContainerStatuses: [container('i', ended(1))] };
    assert.equal(phaseOf(podOf('Never', [{ name: 'i' }]), failed, false), 'Failed');
  });
});

describe('a status patch', () => {
  const stored = {
    phase: 'Pending',
    message: 'old',
    nominatedNodeName: 'other',
    podIPs: [{ ip: '10.0.0.1' }],
    conditions: [
      { type: 'Mine', status: 'True', lastTransitionTime: 't' },
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'm', lastTransitionTime: 't' },
      { type: 'PodScheduled', status: 'True', lastTransitionTime: 't' },
    ],
  } as unknown as PodStatus;

  it('brings the stored status to the wanted one, and leaves alone what is others\u2019', () => {
    const wanted = {
      phase: 'Running',
      podIPs: [{ ip: '10.0.0.2' }],
      conditions: [
        { type: 'Ready', status: 'True', lastTransitionTime: 'u' },
        { type: 'PodScheduled', status: 'True', lastTransitionTime: 't' },
      ],
    } as unknown as PodStatus;
    const patch = statusPatch(stored, wanted)!;
    assert.deepEqual(patch['conditions'], [
      { type: 'Ready', status: 'True', lastTransitionTime: 'u', reason: null, message: null },
    ]);
    assert.deepEqual(patch['podIPs'], [{ $patch: 'delete', ip: '10.0.0.1' }, { ip: '10.0.0.2' }]);
    assert.equal(patch['message'], null);
    assert.ok(!('nominatedNodeName' in patch));
  });

  it('is nothing where nothing differs', () => {
    assert.equal(statusPatch(stored, stored), undefined);
  });
});
