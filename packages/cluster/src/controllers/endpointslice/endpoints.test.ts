import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoints, endpointSlice, event, node, pod, service, type Service } from '@tiphys/sdk/api';
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

const trigger = 'endpoints.kubernetes.io/last-change-trigger-time';
const eventsOf = async ({ client }: FakeCluster) =>
  (await client.list(event)).items.map((e) => `${e.involvedObject.kind} ${e.reason}: ${e.message}`);

test('what is written names the time of the change: of the service at first, then of the pod that became ready', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  await start(cluster);
  await makeNode(cluster);
  const svc = await makeService(cluster);
  const times = async () => {
    const { slices, endpoints: old } = await told(cluster);
    return [slices[0]?.metadata.annotations?.[trigger], old?.metadata.annotations?.[trigger]];
  };
  const { creationTimestamp } = svc.metadata;
  assert.deepEqual(await times(), [creationTimestamp, creationTimestamp]);
  await clock.advance(60_000);
  const p = await makePod(cluster, 'p', '10.1.0.1', false);
  assert.deepEqual(await times(), [undefined, undefined], 'nobody says when');
  const lastTransitionTime = '2026-03-01T00:00:00Z';
  await client.updateStatus(pod, p, {
    ...p.status,
    conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime }],
  });
  assert.deepEqual(await times(), [lastTransitionTime, lastTransitionTime]);
});

test('only endpoints that are ready have hints', async () => {
  await using cluster = new FakeCluster();
  await start(cluster);
  await makeNode(cluster);
  await makeService(cluster, { trafficDistribution: 'PreferClose' });
  await makePod(cluster, 'p', '10.1.0.1');
  await makePod(cluster, 'q', '10.1.0.2', false);
  const [slice] = (await told(cluster)).slices;
  assert.deepEqual(
    slice?.endpoints?.map((e) => [e.targetRef?.name, e.hints]),
    [
      ['p', { forZones: [{ name: 'a' }] }],
      ['q', undefined],
    ],
  );
});

test('a pod whose node is not known is complained of, and told only by a service that wants all of them', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  const svc = await makeService(cluster);
  await makePod(cluster, 'p', '10.1.0.1');
  assert.equal((await told(cluster)).slices[0]?.endpoints, null);
  assert.deepEqual(await eventsOf(cluster), [
    'Service FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service default/s: ' +
      'skipping Pod p for Service default/s: Node n Not Found',
  ]);
  await client.patch(service, svc, { type: 'merge', patch: { spec: { publishNotReadyAddresses: true } } });
  assert.deepEqual((await told(cluster)).slices[0]?.endpoints?.[0]?.addresses, ['10.1.0.1']);
});

test('what somebody writes on them that nobody reads stays', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  await makeService(cluster);
  const { slices, endpoints: old } = await told(cluster);
  const patch = { type: 'merge', patch: { metadata: { labels: { mine: 'yes' } } } } as const;
  await client.patch(endpointSlice, slices[0]!, patch);
  await client.patch(endpoints, old!, patch);
  const now = await told(cluster);
  assert.deepEqual(
    [now.slices[0]?.metadata.labels?.['mine'], now.endpoints?.metadata.labels?.['mine']],
    ['yes', 'yes'],
  );
});

test('a slice that says it is of another service is left alone, and another takes its place', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  await makeService(cluster);
  const [slice] = (await told(cluster)).slices;
  const labels = { 'kubernetes.io/service-name': 'other' };
  await client.patch(endpointSlice, slice!, { type: 'merge', patch: { metadata: { labels } } });
  const names = (await told(cluster)).slices.map((s) => s.metadata.labels?.['kubernetes.io/service-name']);
  assert.deepEqual(new Set(names), new Set(['other', 's']));
});

test('endpoints of no service stay while the controller runs, and are leftovers when it starts', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  const make = (name: string, annotations = {}) =>
    client.create(endpoints, { metadata: { name, namespace: 'default', annotations } });
  await make('left');
  await make('lock', { 'control-plane.alpha.kubernetes.io/leader': '{}' });
  await start(cluster);
  await cluster.clock.advance(100);
  await make('new');
  await cluster.clock.advance(100);
  const names = (await client.list(endpoints)).items.map((e) => e.metadata.name);
  assert.deepEqual(new Set(names), new Set(['lock', 'new']));
});

test('a subset of more than a thousand addresses is mirrored in part, in one slice, and that is told', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  const metadata = { name: 's', namespace: 'default' };
  await client.create(service, { metadata, spec: { clusterIP: '10.0.0.1', ports: [{ port: 80 }] } });
  const addresses = Array.from({ length: 1003 }, (_, i) => ({ ip: `192.0.${i >> 8}.${i & 255}` }));
  await client.create(endpoints, { metadata, subsets: [{ addresses, ports: [{ port: 80 }] }] });
  const { slices } = await told(cluster);
  assert.deepEqual(
    slices.map((s) => s.endpoints?.length),
    [1000],
  );
  assert.deepEqual(await eventsOf(cluster), [
    'Endpoints TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. ' +
      '3 addresses were skipped',
  ]);
});

test('endpoints that the server refuses are complained of', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  client.react(({ verb, kind }) => {
    if (verb === 'create' && kind.kind === 'Endpoints') throw new Error('no room');
  });
  await start(cluster);
  await makeService(cluster);
  await told(cluster);
  assert.deepEqual(await eventsOf(cluster), [
    'Endpoints FailedToCreateEndpoint: Failed to create endpoint for service default/s: no room',
  ]);
});

test('that a pod is over is told by its readiness, as a phase alone calls nobody', async () => {
  await using cluster = new FakeCluster();
  const { client } = cluster;
  await start(cluster);
  await makeNode(cluster);
  await makeService(cluster);
  const p = await makePod(cluster, 'p', '10.1.0.1');
  await told(cluster);
  const failed = await client.updateStatus(pod, p, { ...p.status, phase: 'Failed' });
  assert.equal((await told(cluster)).slices[0]?.endpoints?.length, 1);
  const conditions = failed.status.conditions?.map((c) => ({ ...c, status: 'False' })) ?? [];
  await client.updateStatus(pod, failed, { ...failed.status, conditions });
  assert.equal((await told(cluster)).slices[0]?.endpoints, null);
});
