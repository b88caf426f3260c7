import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BaseTableConfig } from './base-table.ts';
import { anEndpoint, aService } from './service-builder.ts';
import type { Endpoint, ProxyService } from './service.ts';
import { serviceRules } from './service-rules.ts';

const config: BaseTableConfig = {
  family: 'ip',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  masqueradeMark: 0x4000,
  nodePortAddresses: [],
};

const here = anEndpoint;
const away = (address: string, more: Partial<Endpoint> = {}): Endpoint =>
  anEndpoint(address, { local: false, ...more });

const id = 'default/web/tcp/http';
const vip = { set: 'services', key: '10.96.0.7 . tcp . 80', value: `goto service-${id}` };
const clusterIP = { set: 'cluster-ips', key: '10.96.0.7', value: '' };
const hairpin = (ip: string) => ({ set: 'hairpins', key: `${ip} . ${ip}`, value: '' });

interface Case {
  name: string;
  service: ProxyService;
  chains: Record<string, string[]>;
  claims: { set: string; key: string; value: string }[];
  affinitySets?: string[];
}

const cases: Case[] = [
  {
    name: 'one endpoint',
    service: aService([away('10.244.1.1')]),
    chains: { [`service-${id}`]: ['meta l4proto tcp dnat to 10.244.1.1:8080'] },
    claims: [clusterIP, vip],
  },
  {
    name: 'two endpoints, one of them here',
    service: aService([away('10.244.1.1'), here('10.244.0.2')]),
    chains: {
      [`service-${id}`]: [
        'meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.1.1 . 8080, 1 : 10.244.0.2 . 8080 }',
      ],
    },
    claims: [clusterIP, hairpin('10.244.0.2'), vip],
  },
  {
    name: 'endpoints that are not ready get nothing',
    service: aService([away('10.244.1.1', { ready: false }), away('10.244.1.2')]),
    chains: { [`service-${id}`]: ['meta l4proto tcp dnat to 10.244.1.2:8080'] },
    claims: [clusterIP, vip],
  },
  {
    name: 'with none ready, those that serve while they terminate',
    service: aService([
      away('10.244.1.1', { ready: false, terminating: true }),
      away('10.244.1.2', { ready: false, serving: false, terminating: true }),
      away('10.244.1.3', { ready: false, serving: false }),
    ]),
    chains: { [`service-${id}`]: ['meta l4proto tcp dnat to 10.244.1.1:8080'] },
    claims: [clusterIP, vip],
  },
  {
    name: 'no endpoints: every address and port refuses',
    service: aService([], { externalIPs: ['192.0.2.1'], loadBalancerIPs: ['192.0.2.2'] }, { nodePort: 30080 }),
    chains: {},
    claims: [
      clusterIP,
      { set: 'refused-services', key: '10.96.0.7 . tcp . 80', value: '' },
      { set: 'refused-services', key: '192.0.2.1 . tcp . 80', value: '' },
      { set: 'refused-services', key: '192.0.2.2 . tcp . 80', value: '' },
      { set: 'refused-node-ports', key: 'tcp . 30080', value: '' },
    ],
  },
  {
    name: 'node port, external address and load balancer masquerade',
    service: aService(
      [away('10.244.1.1')],
      { externalIPs: ['192.0.2.1'], loadBalancerIPs: ['192.0.2.2'] },
      { nodePort: 30080 },
    ),
    chains: {
      [`service-${id}`]: ['meta l4proto tcp dnat to 10.244.1.1:8080'],
      [`external-${id}`]: ['jump mark-for-masquerade', `goto service-${id}`],
    },
    claims: [
      clusterIP,
      vip,
      { set: 'node-ports', key: 'tcp . 30080', value: `goto external-${id}` },
      { set: 'services', key: '192.0.2.1 . tcp . 80', value: `goto external-${id}` },
      { set: 'services', key: '192.0.2.2 . tcp . 80', value: `goto external-${id}` },
    ],
  },
  {
    name: 'external policy Local keeps outside traffic on the node and its source address',
    service: aService([away('10.244.1.1'), here('10.244.0.2')], { externalLocal: true }, { nodePort: 30080 }),
    chains: {
      [`service-${id}`]: [
        'meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.1.1 . 8080, 1 : 10.244.0.2 . 8080 }',
      ],
      [`local-${id}`]: ['meta l4proto tcp dnat to 10.244.0.2:8080'],
      [`external-${id}`]: [
        `ip saddr { 10.244.0.0/16 } goto service-${id}`,
        'fib saddr type local jump mark-for-masquerade',
        `fib saddr type local goto service-${id}`,
        `goto local-${id}`,
      ],
    },
    claims: [
      clusterIP,
      hairpin('10.244.0.2'),
      vip,
      { set: 'node-ports', key: 'tcp . 30080', value: `goto external-${id}` },
    ],
  },
  {
    name: 'external policy Local without an endpoint here drops',
    service: aService([away('10.244.1.1')], { externalLocal: true }, { nodePort: 30080 }),
    chains: {
      [`service-${id}`]: ['meta l4proto tcp dnat to 10.244.1.1:8080'],
      [`external-${id}`]: [
        `ip saddr { 10.244.0.0/16 } goto service-${id}`,
        'fib saddr type local jump mark-for-masquerade',
        `fib saddr type local goto service-${id}`,
        'drop',
      ],
    },
    claims: [clusterIP, vip, { set: 'node-ports', key: 'tcp . 30080', value: `goto external-${id}` }],
  },
  {
    name: 'internal policy Local keeps to the node',
    service: aService([away('10.244.1.1'), here('10.244.0.2')], { internalLocal: true }),
    chains: {
      [`service-${id}`]: [
        'meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.1.1 . 8080, 1 : 10.244.0.2 . 8080 }',
      ],
      [`local-${id}`]: ['meta l4proto tcp dnat to 10.244.0.2:8080'],
    },
    claims: [clusterIP, hairpin('10.244.0.2'), { ...vip, value: `goto local-${id}` }],
  },
  {
    name: 'internal policy Local without an endpoint here drops',
    service: aService([away('10.244.1.1')], { internalLocal: true }),
    chains: { [`service-${id}`]: ['meta l4proto tcp dnat to 10.244.1.1:8080'] },
    claims: [clusterIP, { ...vip, value: 'drop' }],
  },
  {
    name: 'source ranges guard the load balancer address alone',
    service: aService([away('10.244.1.1')], { loadBalancerIPs: ['192.0.2.2'], sourceRanges: ['198.51.100.0/24'] }),
    chains: {
      [`service-${id}`]: ['meta l4proto tcp dnat to 10.244.1.1:8080'],
      [`external-${id}`]: ['jump mark-for-masquerade', `goto service-${id}`],
      [`balanced-${id}`]: ['ip saddr != { 198.51.100.0/24 } drop', `goto external-${id}`],
    },
    claims: [clusterIP, vip, { set: 'services', key: '192.0.2.2 . tcp . 80', value: `goto balanced-${id}` }],
  },
  {
    name: 'affinity remembers the client per endpoint',
    service: aService([away('10.244.1.1'), away('10.244.1.2')], { affinitySeconds: 60 }),
    chains: {
      [`endpoint-${id}/10.244.1.1/8080`]: [
        `update @clients-${id}/10.244.1.1/8080 { ip saddr timeout 60s }`,
        'meta l4proto tcp dnat to 10.244.1.1:8080',
      ],
      [`endpoint-${id}/10.244.1.2/8080`]: [
        `update @clients-${id}/10.244.1.2/8080 { ip saddr timeout 60s }`,
        'meta l4proto tcp dnat to 10.244.1.2:8080',
      ],
      [`service-${id}`]: [
        `ip saddr @clients-${id}/10.244.1.1/8080 goto endpoint-${id}/10.244.1.1/8080`,
        `ip saddr @clients-${id}/10.244.1.2/8080 goto endpoint-${id}/10.244.1.2/8080`,
        `numgen random mod 2 vmap { 0 : goto endpoint-${id}/10.244.1.1/8080, 1 : goto endpoint-${id}/10.244.1.2/8080 }`,
      ],
    },
    claims: [clusterIP, vip],
    affinitySets: [`clients-${id}/10.244.1.1/8080`, `clients-${id}/10.244.1.2/8080`],
  },
];

for (const { name, service, chains, claims, affinitySets = [] } of cases) {
  test(`rules: ${name}`, () => {
    const rules = serviceRules(service, config);
    assert.deepEqual(Object.fromEntries([...rules.chains].map(([chain, { rules: r }]) => [chain, r])), chains);
    assert.deepEqual(rules.claims, claims);
    assert.deepEqual([...rules.affinitySets.keys()], affinitySets);
  });
}

test('rules of the other family name addresses its way', () => {
  const service = aService([away('fd00::1')], { clusterIP: 'fd01::7', affinitySeconds: 5 });
  const { chains, affinitySets } = serviceRules(service, { ...config, family: 'ip6', podCIDRs: ['fd00::/48'] });
  assert.deepEqual(chains.get(`endpoint-${id}/fd00..1/8080`)?.rules, [
    `update @clients-${id}/fd00..1/8080 { ip6 saddr timeout 5s }`,
    'meta l4proto tcp dnat to [fd00::1]:8080',
  ]);
  assert.match([...affinitySets.values()][0]!, /type ipv6_addr/);
});

test('the longest names that the API allows still fit into a name of the kernel', () => {
  const key = `${'n'.repeat(63)}/${'s'.repeat(63)}`;
  const rules = serviceRules(
    aService([away('10.244.100.200', { port: 65535 })], { key, affinitySeconds: 1 }, { name: 'p'.repeat(15) }),
    config,
  );
  for (const name of [...rules.chains.keys(), ...rules.affinitySets.keys()]) assert.ok(name.length < 256, name);
});
