import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoints, endpointSlice, node, pod, service, type Service } from '@tiphys/sdk/api';
import { FakeCluster, type Part } from '@tiphys/sdk/testing';
import { endpointsController } from '../endpoints/index.ts';
import { endpointSliceMirroringController } from '../endpointslicemirroring/index.ts';
import { endpointSliceController } from './index.ts';

const start = (cluster: FakeCluster) =>
  cluster.run(endpointsController, endpointSliceController, endpointSliceMirroringController);
const makeService = ({ client }: FakeCluster, spec: Part<Service['spec']> = {}, labels: Record<string, string> = {}) =>
  client.create(service, {
    metadata: { name: 's', namespace: 'default', labels },
    spec: { clusterIP: '10.0.0.1', selector: { app: 'x' }, ports: [{ port: 80 }], ...(spec as object) },
  });
const makeNode = ({ client }: FakeCluster, zone = 'a') =>
  client.create(node, {
    metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': zone } },
    spec: {},
    status: {},
  });

async function makePod({ client }: FakeCluster, name: string, ip: string, ready = true, spec: object = {}) {
  const made = await client.create(pod, {
    metadata: { name, namespace: 'default', labels: { app: 'x' } },
    spec: {
      nodeName: 'n',
      containers: [{ name: 'main', image: 'i', ports: [{ name: 'web', containerPort: 8080 }] }],
      ...spec,
    },
  });
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastProbeTime: null, lastTransitionTime: null };
  return client.updateStatus(pod, made, { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [condition] });
}
const told = async ({ client, clock }: FakeCluster) => {
  await clock.advance(100);
  return {
    slices: (await client.list(endpointSlice)).items,
    endpoints: (await client.list(endpoints)).items[0],
  };
};

test('a ready pod is told with its node and zone, in both forms', async () => {
  await using cluster = new FakeCluster();
  await start(cluster);
  await makeNode(cluster);
  const p = await makePod(cluster, 'p', '10.1.0.1');
  await makeService(cluster, {}, { team: 'a' });
  const { slices, endpoints: old } = await told(cluster);
  const targetRef = { kind: 'Pod', namespace: 'default', name: 'p', uid: p.metadata.uid };
  assert.deepEqual(slices[0]?.endpoints, [
    {
      addresses: ['10.1.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef,
      nodeName: 'n',
      zone: 'a',
    },
  ]);
  assert.deepEqual(slices[0]?.metadata.labels, {
    team: 'a',
    'kubernetes.io/service-name': 's',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  assert.deepEqual(old?.subsets, [
    { addresses: [{ ip: '10.1.0.1', nodeName: 'n', targetRef }], ports: [{ port: 80, protocol: 'TCP' }] },
  ]);
});

test('a pod that is not ready, then is, then goes', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  await makeNode(cluster);
  await makeService(cluster);
  const p = await makePod(cluster, 'p', '10.1.0.1', false);
  let now = await told(cluster);
  assert.equal(now.endpoints?.subsets?.[0]?.notReadyAddresses?.length, 1);
  assert.equal(now.slices[0]?.endpoints?.[0]?.conditions?.ready, false);
  const ready = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null };
  await client.updateStatus(pod, p, { ...p.status, conditions: [ready] });
  now = await told(cluster);
  assert.equal(now.endpoints?.subsets?.[0]?.addresses?.length, 1);
  await client.delete(pod, p);
  now = await told(cluster);
  assert.deepEqual(now.slices[0]?.endpoints?.[0]?.conditions, { ready: false, serving: true, terminating: true });
  assert.equal(now.endpoints?.subsets, undefined);
  await client.delete(pod, p, { gracePeriodSeconds: 0 });
  now = await told(cluster);
  assert.deepEqual(
    now.slices.map((s) => s.endpoints),
    [null],
  );
});

test('a pod whose node is not known yet is told when the node comes', async () => {
  await using cluster = new FakeCluster();
  await start(cluster);
  await makeService(cluster);
  await makePod(cluster, 'p', '10.1.0.1');
  assert.equal((await told(cluster)).slices[0]?.endpoints, null);
  await makeNode(cluster);
  assert.equal((await told(cluster)).slices[0]?.endpoints?.length, 1);
});

test('pods that mean different ports by a name are told in slices of their own', async () => {
  await using cluster = new FakeCluster();
  await start(cluster);
  await makeNode(cluster);
  await makeService(cluster, { ports: [{ port: 80, targetPort: 'web', protocol: 'TCP' }] });
  await makePod(cluster, 'p', '10.1.0.1');
  const containers = [{ name: 'main', image: 'i', ports: [{ name: 'web', containerPort: 9090 }] }];
  await makePod(cluster, 'q', '10.1.0.2', true, { containers });
  const { slices } = await told(cluster);
  assert.deepEqual(new Set(slices.map((s) => s.ports?.[0]?.port)), new Set([8080, 9090]));
});

test('what somebody does to a slice is undone', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  await makeNode(cluster);
  await makePod(cluster, 'p', '10.1.0.1');
  await makeService(cluster);
  const [slice] = (await told(cluster)).slices;
  await client.update(endpointSlice, { ...slice!, endpoints: [] });
  assert.equal((await told(cluster)).slices[0]?.endpoints?.length, 1);
  await client.delete(endpointSlice, slice!);
  assert.equal((await told(cluster)).slices[0]?.endpoints?.length, 1);
});

test('endpoints that somebody wrote for a service without a selector are mirrored', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  const svc = await client.create(service, {
    metadata: { name: 's', namespace: 'default' },
    spec: { clusterIP: '10.0.0.1', ports: [{ port: 80 }] },
  });
  await client.create(endpoints, {
    metadata: { name: 's', namespace: 'default' },
    subsets: [{ addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }], ports: [{ port: 9376 }] }],
  });
  const { slices } = await told(cluster);
  assert.deepEqual(
    new Set(slices.map((s) => `${s.addressType} ${s.endpoints?.[0]?.addresses[0]}`)),
    new Set(['IPv4 192.0.2.1', 'IPv6 2001:db8::1']),
  );
  await client.patch(service, svc, { type: 'merge', patch: { spec: { selector: { app: 'x' } } } });
  const managers = (await told(cluster)).slices.map(
    (s) => s.metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
  );
  assert.deepEqual(managers, ['endpointslice-controller.k8s.io']);
});
