import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterRole } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import { clusterRoleAggregationController } from './clusterroleaggregation.ts';

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });

test('a role made of others follows them, by name, each rule once', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(clusterRoleAggregationController);
  const labels = { 'to-view': 'true' };
  await client.create(clusterRole, { metadata: { name: 'z', labels }, rules: [rule('pods'), rule('secrets')] });
  const a = await client.create(clusterRole, { metadata: { name: 'a', labels }, rules: [rule('pods')] });
  const view = await client.create(clusterRole, {
    metadata: { name: 'view' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] },
    rules: [rule('nothing')],
  });
  await clock.settle();
  assert.deepEqual((await client.get(clusterRole, view)).rules, [rule('pods'), rule('secrets')]);
  await client.patch(clusterRole, a, { type: 'merge', patch: { rules: [rule('nodes')] } });
  await clock.settle();
  assert.deepEqual((await client.get(clusterRole, view)).rules, [rule('nodes'), rule('pods'), rule('secrets')]);
});
