import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Service, ServiceSpec } from '@tiphys/sdk/api';
import { fromApi } from './from-api.ts';
import { anEndpoint, aService } from './service-builder.ts';

const service = (spec: Partial<ServiceSpec>, more: Partial<Service> = {}): Service => ({
  metadata: { namespace: 'default', name: 'web' },
  spec: {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    clusterIP: '10.96.0.7',
    clusterIPs: ['10.96.0.7'],
    ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    ...spec,
  },
  status: { loadBalancer: {} },
  ...more,
});

const slice = (more: Partial<EndpointSlice> = {}): EndpointSlice => ({
  metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  endpoints: [{ addresses: ['10.244.0.2'], conditions: {}, nodeName: 'here' }],
  ...more,
});

const options = { family: 'ip', node: 'here' } as const;

test('a plain service; conditions that nobody states mean ready', () => {
  assert.deepEqual(fromApi(service({}), [slice()], options), aService([anEndpoint('10.244.0.2')]));
});

test('what the proxy leaves alone', () => {
  const labels = { 'service.kubernetes.io/service-proxy-name': 'other' };
  const left: Service[] = [
    service({ clusterIP: 'None', clusterIPs: ['None'] }),
    service({ type: 'ExternalName', externalName: 'example.com' }),
    service({ clusterIP: '', clusterIPs: [] }),
    service({ clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] }),
    service({}, { metadata: { namespace: 'default', name: 'web', labels } }),
  ];
  for (const s of left) assert.equal(fromApi(s, [slice()], options), undefined);
});

test('of two families each proxy takes its own addresses', () => {
  const both = service({ clusterIPs: ['10.96.0.7', 'fd01::7'], externalIPs: ['192.0.2.1', '2001:db8::1'] });
  const slices = [
    slice(),
    slice({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::2'], conditions: {}, nodeName: 'here' }] }),
  ];
  const six = fromApi(both, slices, { ...options, family: 'ip6' });
  assert.deepEqual(six, aService([anEndpoint('fd00::2')], { clusterIP: 'fd01::7', externalIPs: ['2001:db8::1'] }));
});

test('ports are matched by name and protocol, addresses merged over slices in their best condition', () => {
  const slices = [
    slice({ endpoints: [{ addresses: ['10.244.0.3'], conditions: { ready: false }, nodeName: 'away' }] }),
    slice({ endpoints: [{ addresses: ['10.244.0.3'], conditions: { ready: true }, nodeName: 'away' }] }),
    slice({ ports: [{ name: 'https', protocol: 'TCP', port: 8443 }] }),
    slice({ ports: [{ name: 'http', protocol: 'UDP', port: 8443 }] }),
    slice({
      endpoints: [
        { addresses: ['10.244.0.2'], conditions: { ready: false, serving: true, terminating: true }, nodeName: 'here' },
      ],
    }),
  ];
  assert.deepEqual(fromApi(service({}), slices, options)?.ports[0]?.endpoints, [
    anEndpoint('10.244.0.2', { ready: false, terminating: true }),
    anEndpoint('10.244.0.3', { local: false }),
  ]);
});

test('load balancers: addresses, source ranges, affinity, policies, health checks', () => {
  const balanced = service(
    {
      type: 'LoadBalancer',
      loadBalancerSourceRanges: [' 198.51.100.0/24', '2001:db8::/32'],
      externalTrafficPolicy: 'Local',
      internalTrafficPolicy: 'Local',
      healthCheckNodePort: 30999,
      sessionAffinity: 'ClientIP',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 }],
    },
    {
      status: {
        loadBalancer: { ingress: [{ ip: '192.0.2.5' }, { ip: '192.0.2.6', ipMode: 'Proxy' }, { hostname: 'lb' }] },
      },
    },
  );
  assert.deepEqual(
    fromApi(balanced, [slice()], options),
    aService(
      [anEndpoint('10.244.0.2')],
      {
        loadBalancerIPs: ['192.0.2.5'],
        sourceRanges: ['198.51.100.0/24'],
        externalLocal: true,
        internalLocal: true,
        affinitySeconds: 10_800,
        healthCheckNodePort: 30999,
      },
      { nodePort: 30080 },
    ),
  );
});

test('what is no address, name or number never reaches the rules', () => {
  const evil = '10.0.0.1; flush ruleset';
  assert.equal(fromApi(service({ clusterIP: evil, clusterIPs: [evil] }), [slice()], options), undefined);
  for (const metadata of [
    { namespace: 'default', name: 'a b' },
    { namespace: 'x;', name: 'web' },
  ]) {
    assert.equal(fromApi(service({}, { metadata }), [slice()], options), undefined);
  }
  const ports = [
    { name: 'http', protocol: 'TCP', port: 80 },
    { name: 'a;b', protocol: 'TCP', port: 81 },
    { name: 'c', protocol: 'TCP', port: 65_536 },
    { name: 'd', protocol: 'TCP', port: 82, nodePort: -1 },
  ] as const;
  const status = { loadBalancer: { ingress: [{ ip: evil }] } };
  const odd = service({
    type: 'LoadBalancer',
    externalIPs: [evil],
    loadBalancerSourceRanges: [evil, '10.0.0.0/8; x', '10.0.0.0/33'],
    ports: [...ports],
  });
  const endpoints = [evil, '010.0.0.1', 'fd00::1', '10.244.0.2'].map((address) => ({
    addresses: [address],
    conditions: {},
    nodeName: 'here',
  }));
  assert.deepEqual(
    fromApi({ ...odd, status }, [slice({ endpoints })], options),
    aService([anEndpoint('10.244.0.2')], { sourceRanges: ['0.0.0.0/32'] }),
  );
});
