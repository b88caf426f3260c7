import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoints, endpointSlice, networkPolicy, type Node, node, pod, service } from './index.ts';
import { erase } from '../schema/index.ts';
import { assertRefusals, type RefusalRow } from './refusal-rows.ts';

const noAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const noNetwork = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const zeros = 'must not have leading 0s';
const mapped = 'must not be an IPv4-mapped IPv6 address';
const bits = 'must not have bits set beyond the prefix length';

type Row = readonly [of: RefusalRow['of'], next: (text: string) => object, at: string, text: string, why: string];
const ports = [{ name: 'p', port: 80 }];
const containers = [{ name: 'c', image: 'i', terminationMessagePolicy: 'File', imagePullPolicy: 'Always' }];
const aPod = (more: object) => ({ spec: { containers, ...more } });
const aService = (more: object) => ({ spec: { ports: [{ port: 80 }], ...more } });
const cidrIn = (cidr: string) => ({ spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr } }] }] } });
const clusterIP = (ip: string) => aService({ clusterIP: ip, clusterIPs: [ip] });
const ranges = (range: string) => aService({ type: 'LoadBalancer', loadBalancerSourceRanges: [range] });

const rows: readonly Row[] = [
  [
    erase(endpoints),
    (ip) => ({ subsets: [{ addresses: [{ ip }], ports }] }),
    'subsets[0].addresses[0].ip',
    '010.1.1.1',
    zeros,
  ],
  [
    erase(endpointSlice),
    (ip) => ({ addressType: 'IPv4', endpoints: [{ addresses: [ip] }], ports: [] }),
    'endpoints[0].addresses[0]',
    '::ffff:192.0.2.1',
    mapped,
  ],
  [erase(networkPolicy), cidrIn, 'spec.ingress[0].from[0].ipBlock.cidr', '10.1.0.0/8', bits],
  [
    erase(networkPolicy),
    cidrIn,
    'spec.ingress[0].from[0].ipBlock.cidr',
    '10.0.0.0/08',
    'must not have leading 0s in IP or prefix length',
  ],
  [erase(node), (cidr) => ({ spec: { podCIDR: cidr, podCIDRs: [cidr] } }), 'spec.podCIDRs[0]', '10.244.7.5/24', bits],
  [erase(pod), (ip) => aPod({ dnsConfig: { nameservers: [ip] } }), 'spec.dnsConfig.nameservers[0]', '010.1.1.1', zeros],
  [erase(pod), (ip) => aPod({ hostAliases: [{ ip }] }), 'spec.hostAliases[0].ip', '::ffff:192.0.2.9', mapped],
  [erase(service), (ip) => aService({ externalIPs: [ip] }), 'spec.externalIPs[0]', '::ffff:192.0.2.1', mapped],
  [erase(service), clusterIP, 'spec.clusterIPs[0]', '010.0.0.9', zeros],
  [erase(service), ranges, 'spec.LoadBalancerSourceRanges[0]', '192.0.2.5/24', bits],
];

for (const [of, next, at, text, why] of rows) {
  test(`${of.kind}: ${text} at ${at} is refused, unless StrictIPCIDRValidation is shut`, () => {
    const refused = (value: string, problem: string) => [`${at}: Invalid value: ${JSON.stringify(value)}: ${problem}`];
    const turned = ['StrictIPCIDRValidation'] as const;
    const nonsense = text.includes('/') ? '1.2.3/4' : '1.2.3';
    const worse = refused(nonsense, text.includes('/') ? noNetwork : noAddress);
    assertRefusals([
      { of, next: next(text), want: refused(text, why) },
      { of, next: next(text), turned, want: [] },
    ]);
    // Endpoints are told once more that it is none they could be reached at.
    if (!at.includes('ddresses')) assertRefusals([{ of, next: next(nonsense), turned, want: worse }]);
  });
}

test('addresses of IPv6 slices were always written one way', () => {
  const next = { addressType: 'IPv6', endpoints: [{ addresses: ['::ffff:192.0.2.1'] }], ports: [] };
  const want = [`endpoints[0].addresses[0]: Invalid value: "::ffff:192.0.2.1": ${mapped}`];
  assertRefusals([{ of: erase(endpointSlice), next, turned: ['StrictIPCIDRValidation'], want }]);
});

test('a node is told of ranges that say more than they mean', () => {
  const warnings = (podCIDRs: string[]) => [...node.warnings!({ spec: { podCIDRs } } as Node)];
  assert.deepEqual(warnings(['10.244.7.0/24', 'fd00:7::/64']), []);
  assert.deepEqual(warnings(['10.244.7.0/24', 'FD00:7::/64']), [
    'spec.podCIDRs[1]: IPv6 CIDR value "FD00:7::/64" should be in RFC 5952 canonical format ("fd00:7::/64")',
  ]);
  assert.deepEqual(warnings(['10.244.7.5/24']), [
    'spec.podCIDRs[0]: CIDR value "10.244.7.5/24" is ambiguous in this context (should be "10.244.7.0/24" or "10.244.7.5/32"?)',
  ]);
});
