import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, eventsEvent, namespace } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import { deleteContent } from './content.ts';

test('what a finalizer holds is counted in every group that serves it', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await client.create(namespace, { metadata: { name: 'n' } });
  const metadata = (name: string) => ({ name, namespace: 'n', finalizers: ['test.io/hold'] });
  await client.create(configMap, { metadata: metadata('c') });
  await client.create(eventsEvent, {
    metadata: metadata('e'),
    eventTime: '2026-01-01T00:00:00.000000Z',
    action: 'Testing',
    reason: 'Test',
    reportingController: 'test',
    reportingInstance: 'test',
    type: 'Normal',
  });
  const { remaining, finalizers, failures } = await deleteContent(client, 'n', new AbortController().signal);
  assert.deepEqual(
    new Map(remaining),
    new Map([
      ['configmaps.', 1],
      ['events.events.k8s.io', 1],
    ]),
  );
  assert.deepEqual(new Map(finalizers), new Map([['test.io/hold', 2]]));
  assert.deepEqual(failures, []);
});
