import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointPort, EndpointSubset } from '@tiphys/sdk/api';
import { repack } from './subsets.ts';

const port = (name: string, number: number): EndpointPort => ({ name, port: number, protocol: 'TCP' });
const [web, admin] = [port('web', 80), port('admin', 81)];
const at = (...ips: string[]) => ips.map((ip) => ({ ip }));

const cases: { name: string; of: EndpointSubset[]; want: EndpointSubset[] }[] = [
  {
    name: 'a port that more addresses offer than another is a subset of its own',
    of: [
      { addresses: at('10.0.0.1'), ports: [web, admin] },
      { addresses: at('10.0.0.2'), ports: [web] },
    ],
    want: [
      { addresses: at('10.0.0.1'), ports: [admin] },
      { addresses: at('10.0.0.1', '10.0.0.2'), ports: [web] },
    ],
  },
  {
    name: 'what is not ready somewhere is not ready',
    of: [
      { addresses: at('10.0.0.1'), ports: [web] },
      { notReadyAddresses: at('10.0.0.1'), ports: [web] },
    ],
    want: [{ notReadyAddresses: at('10.0.0.1'), ports: [web] }],
  },
  {
    name: 'addresses without ports',
    of: [{ addresses: at('10.0.0.2') }, { addresses: at('10.0.0.1') }],
    want: [{ addresses: at('10.0.0.1', '10.0.0.2') }],
  },
];
for (const { name, of, want } of cases) test(name, () => assert.deepEqual(repack(of), want));

test('ports stand in the order that a controller manager gives them', () => {
  const names = ['tcp', 'udp', 'a', 'b', 'http', 'grpc'];
  const ports = names.map((name, i): EndpointPort => ({
    name,
    port: i % 2 ? 8000 + i : 80 + i,
    protocol: name === 'udp' ? 'UDP' : 'TCP',
    ...(name === 'http' && { appProtocol: 'h2c' }),
  }));
  const [subset] = repack([{ addresses: at('10.0.0.1'), ports }]);
  assert.deepEqual(
    subset?.ports?.map((p) => p.name),
    ['a', 'udp', 'http', 'grpc', 'tcp', 'b'],
  );
});
