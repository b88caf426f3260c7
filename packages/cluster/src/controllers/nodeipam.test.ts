import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import { CidrPool, nodeIpamController } from './nodeipam.ts';

test('networks are cut from the whole one after another, none twice, and come back when released', () => {
  const pool = new CidrPool({ clusterCidr: '10.244.0.0/22', nodeMaskSize: 24 });
  pool.occupy('10.244.1.0/24');
  const given = [pool.next(), pool.next(), pool.next(), pool.next()];
  assert.deepEqual(given, ['10.244.0.0/24', '10.244.2.0/24', '10.244.3.0/24', undefined]);
  pool.release('10.244.2.0/24');
  assert.equal(pool.next(), '10.244.2.0/24');
  pool.occupy('192.168.0.0/24');
  assert.throws(() => new CidrPool({ clusterCidr: '10.0.0.0/24', nodeMaskSize: 16 }), /can't be cut/);
});

test('every node gets its own network, also after a restart', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await client.create(node, {
    metadata: { name: 'old' },
    spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
  });
  await cluster.run(nodeIpamController({ clusterCidr: '10.244.0.0/16', nodeMaskSize: 24 }));
  for (const name of ['a', 'b', 'c']) await client.create(node, { metadata: { name } });
  await clock.settle();
  const cidrs = (await client.list(node)).items.map((n) => n.spec.podCIDR);
  assert.equal(new Set(cidrs).size, 4);
  assert.ok(cidrs.every((c) => c?.startsWith('10.244.')));
});
