import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, namespace, serviceAccount } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import { rootCaCertPublisher } from './rootcacertpublisher.ts';
import { serviceAccountController } from './serviceaccount.ts';

test('every namespace has its service account and the root certificate, and has them again', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(serviceAccountController, rootCaCertPublisher('PEM'));
  await client.create(namespace, { metadata: { name: 'x' }, status: { phase: 'Active' } });
  await clock.settle();
  const account = { metadata: { name: 'default', namespace: 'x' } };
  const certificate = { metadata: { name: 'kube-root-ca.crt', namespace: 'x' } };
  await client.delete(serviceAccount, account);
  await client.patch(configMap, certificate, { type: 'merge', patch: { data: { 'ca.crt': 'forged', more: 'x' } } });
  await clock.settle();
  assert.ok(await client.get(serviceAccount, account));
  assert.deepEqual((await client.get(configMap, certificate)).data, { 'ca.crt': 'PEM' });
});

test('a namespace that is going gets nothing new', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(serviceAccountController, rootCaCertPublisher('PEM'));
  await client.create(namespace, { metadata: { name: 'x' }, status: { phase: 'Terminating' } });
  await clock.settle();
  assert.deepEqual((await client.list(serviceAccount)).items, []);
  assert.deepEqual((await client.list(configMap)).items, []);
});
