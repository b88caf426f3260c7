import assert from 'node:assert/strict';
import { test } from 'node:test';
import { persistentVolume, persistentVolumeClaim, pod, volumeAttributesClass } from '@tiphys/sdk/api';
import { isNotFound } from '@tiphys/sdk/machinery';
import { FakeCluster } from '@tiphys/sdk/testing';
import {
  attributesClassProtectionController,
  claimProtectionController,
  volumeProtectionController,
} from './storageprotection.ts';

const aClaim = (spec: object = {}) => ({
  metadata: { name: 'c', namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } }, ...spec },
});

test('a claim that is deleted stays until no pod on a node uses it', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(claimProtectionController);
  const claim = await client.create(persistentVolumeClaim, aClaim());
  const user = await client.create(pod, {
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      nodeName: 'n',
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }],
    },
  });
  await clock.settle();
  assert.deepEqual((await client.get(persistentVolumeClaim, claim)).metadata.finalizers, [
    'kubernetes.io/pvc-protection',
  ]);
  await client.delete(persistentVolumeClaim, claim);
  await clock.settle();
  assert.ok((await client.get(persistentVolumeClaim, claim)).metadata.deletionTimestamp);
  await client.delete(pod, user, { gracePeriodSeconds: 0 });
  await clock.settle();
  await assert.rejects(client.get(persistentVolumeClaim, claim), isNotFound);
});

test('a volume that is deleted stays while it is bound', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(volumeProtectionController);
  const volume = await client.create(persistentVolume, {
    metadata: { name: 'v' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], nfs: { server: 's', path: '/' } },
  });
  await client.updateStatus(persistentVolume, volume, { phase: 'Bound' });
  await clock.settle();
  await client.delete(persistentVolume, volume);
  await clock.settle();
  assert.ok((await client.get(persistentVolume, volume)).metadata.deletionTimestamp);
  const bound = await client.get(persistentVolume, volume);
  await client.updateStatus(persistentVolume, bound, { phase: 'Released' });
  await clock.settle();
  await assert.rejects(client.get(persistentVolume, volume), isNotFound);
});

test('a class of attributes that is deleted stays while a claim names it', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await cluster.run(attributesClassProtectionController);
  const found = await client.create(volumeAttributesClass, {
    metadata: { name: 'gold' },
    driverName: 'd.example.org',
    parameters: { a: 'b' },
  });
  const claim = await client.create(persistentVolumeClaim, aClaim({ volumeAttributesClassName: 'gold' }));
  await clock.settle();
  await client.delete(volumeAttributesClass, found);
  await clock.settle();
  assert.ok((await client.get(volumeAttributesClass, found)).metadata.deletionTimestamp);
  await client.delete(persistentVolumeClaim, claim);
  await clock.settle();
  await assert.rejects(client.get(volumeAttributesClass, found), isNotFound);
});
