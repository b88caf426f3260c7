import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointSlice, service } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { seededRandom } from '@tiphys/sdk/runtime';
import { decode } from '@tiphys/sdk/schema';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import { atEndpoints, atServiceAddress, type ServiceRoute, withLoopback } from './route.ts';

const aService = (name: string, spec: object): KubeObject =>
  decode(service.schema.shape, {
    metadata: { name, namespace: 'n' },
    spec: { type: 'ClusterIP', clusterIP: '10.0.0.7', ports: [{ name: 'https', port: 443 }], ...spec },
  }) as KubeObject;

const aSlice = (
  of: string,
  addressType: string,
  endpoints: object[],
  ports: object[] = [{ name: 'https', port: 8443 }],
) =>
  decode(endpointSlice.schema.shape, {
    metadata: { namespace: 'n', labels: { 'kubernetes.io/service-name': of } },
    addressType,
    endpoints,
    ports,
  }) as KubeObject;

const at = (address: string, ready?: boolean) => ({
  addresses: [address],
  conditions: ready === undefined ? {} : { ready },
});

const services = [
  aService('plain', {}),
  aService('headless', { clusterIP: 'None' }),
  aService('outside', { type: 'ExternalName', externalName: 'example.com', clusterIP: '', ports: [] }),
  aService('balanced', { type: 'LoadBalancer', clusterIP: '10.0.0.8' }),
  aService('both', { ipFamilies: ['IPv6', 'IPv4'] }),
  aService('unready', {}),
];
const slices = [
  aSlice('plain', 'IPv4', [at('10.1.0.1', false), at('10.1.0.2')]),
  aSlice('headless', 'IPv4', [at('10.1.0.3', true)]),
  aSlice('balanced', 'IPv4', [at('10.1.0.4')], [{ name: 'other', port: 1 }]),
  aSlice('both', 'IPv4', [at('10.1.0.5')]),
  aSlice('both', 'IPv6', [at('fd00::5')]),
  aSlice('unready', 'IPv4', [at('10.1.0.6', false)]),
];
const objectsWith = (those: readonly KubeObject[]) =>
  ({
    find: (_: unknown, __: string, name: string) => services.find((s) => s.metadata.name === name),
    listIn: () => those,
  }) as unknown as ClusterObjects;
const objects = objectsWith(slices);

const told = (route: ServiceRoute, name: string, port: number, namespace = 'n'): string => {
  try {
    const { host, port: reached } = route({ namespace, name, port });
    return `${host} ${reached}`;
  } catch (err) {
    return (err as Error).message;
  }
};

test('where a service is reached', () => {
  const table: [name: string, port: number, atAddress: string, atEndpoint: string][] = [
    ['plain', 443, '10.0.0.7 443', '10.1.0.2 8443'],
    ['plain', 80, 'no service port 80 found for service "plain"', 'no service port 80 found for service "plain"'],
    ['headless', 443, 'cannot route to service with ClusterIP "None"', '10.1.0.3 8443'],
    ['outside', 8443, 'example.com 8443', 'unsupported service type "ExternalName"'],
    ['balanced', 443, '10.0.0.8 443', 'no endpoints available for service "balanced"'],
    ['both', 443, '10.0.0.7 443', 'fd00::5 8443'],
    ['unready', 443, '10.0.0.7 443', 'no endpoints available for service "unready"'],
    ['absent', 443, 'service "absent" not found', 'service "absent" not found'],
  ];
  for (const [name, port, atAddress, atEndpoint] of table) {
    assert.equal(told(atServiceAddress(objects), name, port), atAddress, name);
    assert.equal(told(atEndpoints(objects, seededRandom(1)), name, port), atEndpoint, name);
  }
});

test('everybody who is ready has a turn', () => {
  const crowd = aSlice('plain', 'IPv4', [at('10.1.0.1'), at('10.1.0.2'), at('10.1.0.3')]);
  const route = atEndpoints(objectsWith([crowd]), seededRandom(1));
  const seen = new Set(Array.from({ length: 50 }, () => told(route, 'plain', 443)));
  assert.equal(seen.size, 3);
});

test("the API server's own service leads back to it", () => {
  const route = withLoopback(atServiceAddress(objects), () => ({ host: '127.0.0.1', port: 6443 }));
  assert.equal(told(route, 'kubernetes', 443, 'default'), '127.0.0.1 6443');
  assert.equal(told(route, 'kubernetes', 443, 'n'), 'service "kubernetes" not found');
});
