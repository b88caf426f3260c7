import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node, pod } from '@tiphys/sdk/api';
import { aPod, FakeCluster } from '@tiphys/sdk/testing';
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

test('a network that pods of a node that is gone still have is given to nobody else, while there are others', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const left = aPod({ spec: { nodeName: 'gone' }, status: { phase: 'Running', podIP: '10.244.0.7' } });
  const { metadata, ...rest } = left;
  const { uid: _, resourceVersion: __, ...named } = metadata;
  const made = await client.create(pod, { ...rest, metadata: named });
  await client.updateStatus(pod, made, left.status);
  await cluster.run(nodeIpamController({ clusterCidr: '10.244.0.0/23', nodeMaskSize: 24 }));
  const given = async (name: string) => {
    await client.create(node, { metadata: { name } });
    await clock.settle();
    return (await client.get(node, { metadata: { name } })).spec.podCIDR;
  };
  assert.equal(await given('a'), '10.244.1.0/24');
  assert.equal(await given('b'), '10.244.0.0/24', 'better than none');
});

test('a network whose giving had no answer is not given to another', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  const patch = client.patch.bind(client);
  client.patch = async (...asked) => {
    await patch(...asked);
    await clock.settle();
    client.patch = patch;
    throw new Error('connection reset by peer');
  };
  await cluster.run(nodeIpamController({ clusterCidr: '10.244.0.0/23', nodeMaskSize: 24 }));
  for (const name of ['a', 'b', 'c']) await client.create(node, { metadata: { name } });
  await clock.advance(1000);
  const cidrs = (await client.list(node)).items.map((n) => n.spec.podCIDR);
  assert.deepEqual(cidrs, ['10.244.0.0/24', '10.244.1.0/24', undefined]);
});
