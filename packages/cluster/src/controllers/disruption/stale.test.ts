import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod, type Pod } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { FakeCluster } from '@tiphys/sdk/testing';
import { staleDisruptionController } from './stale.ts';

const cases: { name: string; reason?: string; phase?: Pod['status']['phase']; deleted?: boolean; want: string }[] = [
  { name: 'a pod that stays is told so after two minutes', want: 'False' },
  { name: 'a pod that goes is not', deleted: true, want: 'True' },
  { name: 'a pod that is over is not', phase: 'Failed', want: 'True' },
  { name: 'what a kubelet said stands', reason: 'TerminationByKubelet', want: 'True' },
];
for (const { name, reason = 'EvictionByEvictionAPI', phase = 'Running', deleted, want } of cases) {
  test(name, async () => {
    await using cluster = new FakeCluster();
    const { client, clock } = cluster;
    const p = await client.create(pod, {
      metadata: { name: 'p', namespace: 'default' },
      spec: { nodeName: 'n', containers: [{ name: 'main', image: 'i' }] },
    });
    const lastTransitionTime = timestamp(clock.now());
    const told = { type: 'DisruptionTarget', status: 'True', reason, lastProbeTime: null, lastTransitionTime };
    await client.updateStatus(pod, p, { phase, conditions: [told] });
    if (deleted) await client.delete(pod, p, { gracePeriodSeconds: 600 });
    await cluster.run(staleDisruptionController);
    const status = async () => (await client.get(pod, p)).status.conditions?.[0]?.status;
    await clock.advance(119_000);
    assert.equal(await status(), 'True');
    await clock.advance(2000);
    assert.equal(await status(), want);
  });
}
