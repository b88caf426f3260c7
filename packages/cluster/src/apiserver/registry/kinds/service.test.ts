import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ipAddress, service, type Service, type ServiceManifest } from '@tiphys/sdk/api';
import { type Client, createClient } from '@tiphys/sdk/client';
import { isNotFound, StatusError } from '@tiphys/sdk/machinery';
import { nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend } from '../../../store/index.ts';
import { ApiServer } from '../../server.ts';
import { ClusterIps, hooksOf } from './index.ts';

const stop = new AbortController();
let client: Client;

before(async () => {
  const clock = new SimClock();
  const random = seededRandom(7);
  const server = new ApiServer({ store: new MemoryBackend(clock), clock, random, log: nullLogger });
  const clusterIps = new ClusterIps('10.0.0.0/24', random);
  await server.load(
    {
      filters: () => [],
      admission: () => [],
      endpoints: () => [],
      subresources: () => [],
      hooks: (s, resource) =>
        resource.resource === 'services' ? hooksOf(s, resource, { clusterIps, access: nobodyAsks }) : undefined,
    },
    stop.signal,
  );
  void server.run(stop.signal);
  client = createClient(server.transport({ name: 'test', groups: [], extra: {} }), { fieldManager: 'test' });
});
after(() => stop.abort());

const nobodyAsks = () => {
  throw new Error('a service needs no rights');
};

let made = 0;
const aService = (
  spec: ServiceManifest['spec'],
): ServiceManifest & { metadata: { name: string; namespace: string } } => ({
  metadata: { name: `s${made++}`, namespace: 'default' },
  spec: { ports: [{ port: 80 }], ...spec },
});
const create = (spec: ServiceManifest['spec']) => client.create(service, aService(spec));
const change = (s: Service, spec: Record<string, unknown>) => {
  const next = structuredClone(s) as unknown as { spec: Record<string, unknown> };
  for (const [k, v] of Object.entries(spec)) {
    if (v === undefined) delete next.spec[k];
    else next.spec[k] = v;
  }
  return client.update(service, next as unknown as Service);
};
const refused = async (write: Promise<unknown>, message: string) =>
  assert.rejects(write, (err: unknown) => err instanceof StatusError && err.message.includes(message));

test('a service gets an address and says of which family', async () => {
  const { spec } = await create({});
  assert.match(spec.clusterIP!, /^10\.0\.0\.\d+$/);
  assert.deepEqual(spec.clusterIPs, [spec.clusterIP]);
  assert.deepEqual([spec.ipFamilies, spec.ipFamilyPolicy], [['IPv4'], 'SingleStack']);
});

test('an address that somebody has is refused until it is free again', async () => {
  const first = await create({ clusterIP: '10.0.0.5' });
  const message = 'failed to allocate IP 10.0.0.5: provided IP is already allocated';
  await refused(create({ clusterIP: '10.0.0.5' }), message);
  await client.delete(service, first);
  const { spec } = await create({ clusterIP: '10.0.0.5' });
  assert.equal(spec.clusterIP, '10.0.0.5');
});

test('a refused write leaves nothing behind', async () => {
  await refused(create({ clusterIP: '10.0.0.6', externalName: 'x', sessionAffinity: 'Weird' as 'None' }), 'Weird');
  assert.equal((await create({ clusterIP: '10.0.0.6' })).spec.clusterIP, '10.0.0.6');
});

test('becoming an ExternalName lets go of everything, and coming back takes anew', async () => {
  const s = await create({ type: 'NodePort', clusterIP: '10.0.0.8', ports: [{ port: 80, nodePort: 30_005 }] });
  const external = await change(s, { type: 'ExternalName', externalName: 'db.example.com' });
  assert.deepEqual(
    [external.spec.clusterIP, external.spec.clusterIPs, external.spec.ipFamilies, external.spec.ports![0]!.nodePort],
    [undefined, undefined, undefined, undefined],
  );
  await create({ type: 'NodePort', clusterIP: '10.0.0.8', ports: [{ port: 80, nodePort: 30_005 }] });
  const back = await change(external, { type: 'ClusterIP', externalName: undefined });
  assert.notEqual(back.spec.clusterIP, '10.0.0.8');
  assert.deepEqual(back.spec.ipFamilies, ['IPv4']);
});

test('what was allocated stays when a client leaves it out', async () => {
  const s = await create({ type: 'NodePort' });
  const port = s.spec.ports![0]!.nodePort;
  const kept = await change(s, { clusterIP: undefined, clusterIPs: undefined, ports: [{ port: 81, protocol: 'TCP' }] });
  assert.deepEqual([kept.spec.clusterIP, kept.spec.ports![0]!.nodePort], [s.spec.clusterIP, port]);
});

test('a port that went is free, one that came is taken', async () => {
  const s = await create({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_010 }] });
  await change(s, { ports: [{ port: 80, protocol: 'TCP', nodePort: 30_011 }] });
  await refused(create({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_011 }] }), 'already allocated');
  await create({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_010 }] });
});

test('ports of the same number share a node port', async () => {
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' as const },
    { name: 'dns-tcp', port: 53, nodePort: 30_020 },
  ];
  const { spec } = await create({ type: 'NodePort', ports });
  assert.deepEqual(
    spec.ports!.map((p) => p.nodePort),
    [30_020, 30_020],
  );
});

test('a local load balancer has a port for health checks, and loses it when it is local no more', async () => {
  const s = await create({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  const port = s.spec.healthCheckNodePort!;
  assert.ok(port >= 30_000);
  await refused(change(s, { healthCheckNodePort: port === 30_030 ? 30_031 : 30_030 }), 'field is immutable');
  const cluster = await change(s, { externalTrafficPolicy: 'Cluster' });
  assert.equal(cluster.spec.healthCheckNodePort, undefined);
  await create({ type: 'NodePort', ports: [{ port: 80, nodePort: port }] });
});

test('no address for a headless service; both families when anybody may write its endpoints', async () => {
  const selected = await create({ clusterIP: 'None', selector: { app: 'a' } });
  assert.deepEqual([selected.spec.clusterIPs, selected.spec.ipFamilies], [['None'], ['IPv4']]);
  const free = await create({ clusterIP: 'None' });
  assert.deepEqual([free.spec.ipFamilies, free.spec.ipFamilyPolicy], [['IPv4', 'IPv6'], 'RequireDualStack']);
});

test('a family that the cluster does not have', async () => {
  await refused(
    create({ ipFamilies: ['IPv6'] }),
    'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  );
  await refused(create({ clusterIP: 'fd00::1' }), 'IPv6 is not configured on this cluster');
  await refused(
    create({ ipFamilyPolicy: 'RequireDualStack' }),
    'this cluster is not configured for dual-stack services',
  );
  assert.deepEqual((await create({ ipFamilyPolicy: 'PreferDualStack' })).spec.ipFamilies, ['IPv4']);
});

test("every address has an object that says whose it is, as long as it is somebody's", async () => {
  const s = await create({ clusterIP: '10.0.0.77' });
  const at = { metadata: { name: '10.0.0.77' } };
  const found = await client.get(ipAddress, at);
  const { name, namespace } = s.metadata;
  assert.deepEqual(found.spec.parentRef, { resource: 'services', namespace, name });
  assert.equal(found.metadata.labels!['ipaddress.kubernetes.io/ip-family'], 'IPv4');
  await client.delete(service, s);
  await assert.rejects(client.get(ipAddress, at), isNotFound);
  await create({ clusterIP: '10.0.0.77' });
});

test('an address that somebody made an object for is not given away', async () => {
  const spec = { parentRef: { resource: 'gateways', group: 'example.org', name: 'g' } };
  await client.create(ipAddress, { metadata: { name: '10.0.0.78' }, spec });
  await refused(create({ clusterIP: '10.0.0.78' }), 'provided IP is already allocated');
});
