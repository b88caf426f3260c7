import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, pod, type Pod, resourceQuota } from '@tiphys/sdk/api';
import { erase } from '@tiphys/sdk/schema';
import { FakeCluster } from '@tiphys/sdk/testing';
import { resourceQuotaController } from './index.ts';
import { givesBack } from './usage.ts';

const namespace = 'default';
const spec = (cpu: string) => ({ containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] });

test('a quota says what is limited and what is used, and gets back what is over or gone', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const pods: Pod[] = [];
  for (const [name, cpu] of [
    ['a', '1'],
    ['b', '500m'],
  ] as const) {
    pods.push(await client.create(pod, { metadata: { name, namespace }, spec: spec(cpu) }));
  }
  const quota = await client.create(resourceQuota, {
    metadata: { name: 'q', namespace },
    spec: { hard: { pods: '5', 'requests.cpu': '4', configmaps: '3', 'count/widgets.example.com': '1' } },
  });
  await cluster.run(resourceQuotaController);
  const used = async () => (await client.get(resourceQuota, quota)).status.used;
  assert.deepEqual(await used(), { configmaps: '0', pods: '2', 'requests.cpu': '1500m' });
  await client.updateStatus(pod, pods[0]!, { ...pods[0]!.status, phase: 'Succeeded' } as Pod['status']);
  await clock.settle();
  assert.deepEqual(await used(), { configmaps: '0', pods: '1', 'requests.cpu': '500m' });
});

test('what is new is left to whoever charged for it, until the next look', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const quota = await client.create(resourceQuota, {
    metadata: { name: 'q', namespace },
    spec: { hard: { configmaps: '3' } },
  });
  await cluster.run(resourceQuotaController);
  const used = async () => (await client.get(resourceQuota, quota)).status.used?.['configmaps'];
  await client.create(configMap, { metadata: { name: 'c', namespace } });
  await clock.settle();
  assert.equal(await used(), '0');
  await clock.advance(5 * 60_000);
  assert.equal(await used(), '1');
});

test('a change gives back only when the object counts for less, or is gone', () => {
  const kind = erase(pod);
  const running = { metadata: {}, spec: spec('1'), status: { phase: 'Running' } } as unknown as Pod;
  const over = { ...running, status: { phase: 'Failed' } } as unknown as Pod;
  assert.equal(givesBack(kind, running, undefined, 0), false);
  assert.equal(givesBack(kind, running, running, 0), false);
  assert.equal(givesBack(kind, over, running, 0), true);
  assert.equal(givesBack(kind, undefined, running, 0), true);
});
