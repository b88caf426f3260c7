import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointSlice, type EndpointSlice, service, type Service } from '@tiphys/sdk/api';
import { decode } from '@tiphys/sdk/schema';
import { absence, type Verdict } from './availability.ts';

test('why nobody can be there to serve an API', () => {
  const api = { service: { namespace: 'n', name: 's', port: 443 } };
  const aService = (spec: object) =>
    decode(service.schema.shape, { metadata: {}, spec: { type: 'ClusterIP', ...spec } }) as Service;
  const aSlice = (ready: boolean, name = 'https') =>
    decode(endpointSlice.schema.shape, {
      metadata: {},
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }],
      ports: [{ name, port: 443 }],
    }) as EndpointSlice;
  const listening = aService({ ports: [{ name: 'https', port: 443 }] });
  const table: [at: Service | undefined, slices: EndpointSlice[], want: Omit<Verdict, 'status'> | undefined][] = [
    [undefined, [], { reason: 'ServiceNotFound', message: 'service/s in "n" is not present' }],
    [
      aService({ ports: [{ port: 80 }] }),
      [],
      { reason: 'ServicePortError', message: 'service/s in "n" is not listening on port 443' },
    ],
    [listening, [], { reason: 'EndpointsNotFound', message: 'cannot find endpointslices for service/s in "n"' }],
    [
      listening,
      [aSlice(false), aSlice(true, 'other')],
      {
        reason: 'MissingEndpoints',
        message: 'endpointslices for service/s in "n" have no addresses with port name "https"',
      },
    ],
    [listening, [aSlice(false), aSlice(true)], undefined],
    [aService({ type: 'ExternalName' }), [], undefined],
  ];
  for (const [at, slices, want] of table) {
    assert.deepEqual(absence(api, { service: at, slices }), want && { status: 'False', ...want });
  }
});
