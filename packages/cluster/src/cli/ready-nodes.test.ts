import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node } from '@tiphys/sdk/api';
import { nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { readyNodes } from './ready-nodes.ts';
import { startCluster } from './start-cluster.ts';

test('a node that an earlier run left as ready counts when its agent is at work', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  const { client } = cluster;
  const made = await client.create(node, { metadata: { name: 'kept' } });
  const at = made.metadata.creationTimestamp!;
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' } as const;
  await client.updateStatus(node, made, {
    ...made.status,
    conditions: [{ ...ready, lastHeartbeatTime: at, lastTransitionTime: at }],
  });

  let begin!: () => void;
  const atWork = new Promise<void>((resolve) => (begin = resolve));
  const deps = { client, clock: systemClock, random: systemRandom, log: nullLogger, atWork };
  const found = readyNodes(1, deps, new AbortController().signal);
  const early = await Promise.race([found, systemClock.sleep(200)]);
  assert.equal(early, undefined);
  begin();
  assert.deepEqual(await found, ['kept']);

  const stopped = readyNodes(2, deps, AbortSignal.timeout(50));
  assert.deepEqual(await stopped, []);
});
