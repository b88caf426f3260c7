// A test against a whole cluster of its own, which takes a fifth of a second to start and leaves nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment, pod } from '@tiphys/sdk/api';
import { startCluster } from 'tiphys';

test('a deployment gets its pods', async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const metadata = { namespace: 'default', name: 'web' };
  const labels = { app: 'web' };
  await cluster.client.create(deployment, {
    metadata,
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
    },
  });
  for await (const { type, object } of cluster.client.watch(deployment, { namespace: 'default' })) {
    if (type !== 'BOOKMARK' && object.status.readyReplicas === 3) break;
  }
  const { items } = await cluster.client.list(pod, { namespace: 'default' });
  assert.equal(items.length, 3);
});
