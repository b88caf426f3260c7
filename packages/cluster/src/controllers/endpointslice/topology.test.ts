import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Endpoint, endpointSlice, node } from '@tiphys/sdk/api';
import { anObject } from '@tiphys/sdk/testing';
import { packSlices } from './pack.ts';
import { hintZones, zoneShares } from './topology.ts';

const zone = 'topology.kubernetes.io/zone';
const aNode = (where: string | undefined, cpu: string, ready = 'True', labels: Record<string, string> = {}) =>
  anObject(
    node,
    { status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: ready }] } },
    { metadata: { labels: { ...labels, ...(where && { [zone]: where }) } } },
  );

const nodes: { name: string; of: ReturnType<typeof aNode>[]; want: Record<string, number> | undefined }[] = [
  { name: 'two zones', of: [aNode('a', '3'), aNode('b', '500m'), aNode('b', '500m')], want: { a: 0.75, b: 0.25 } },
  { name: 'one zone', of: [aNode('a', '3')], want: undefined },
  { name: 'a node without a zone', of: [aNode('a', '3'), aNode('b', '1'), aNode(undefined, '1')], want: undefined },
  { name: 'a node without processors', of: [aNode('a', '3'), aNode('b', '1'), aNode('b', '0')], want: undefined },
  {
    name: 'those that are not ready or the control plane do not count',
    of: [
      aNode('a', '1'),
      aNode('b', '1'),
      aNode(undefined, '1', 'False'),
      aNode('b', '6', 'True', { 'node-role.kubernetes.io/control-plane': '' }),
    ],
    want: { a: 0.5, b: 0.5 },
  },
];
for (const { name, of, want } of nodes) {
  test(`shares of zones: ${name}`, () => assert.deepEqual(zoneShares(of), want && new Map(Object.entries(want))));
}

const endpoint = (n: number, where: string | undefined, ready = true): Endpoint => ({
  addresses: [`10.0.0.${n}`],
  conditions: { ready },
  ...(where && { zone: where }),
});
const planned = (endpoints: Endpoint[]) => packSlices([], [{ addressType: 'IPv4', ports: [], endpoints }]);
const halves = new Map([
  ['a', 0.5],
  ['b', 0.5],
]);
const hinted = (zones: (string | undefined)[]) => {
  const { plan, problem } = hintZones(planned(zones.map((z, i) => endpoint(i, z))), 'IPv4', halves);
  return problem ?? plan.create[0]?.endpoints?.map((e) => e.hints?.forZones?.[0]?.name).join('');
};

const cases: { name: string; zones: (string | undefined)[]; want: string }[] = [
  { name: 'each in its zone', zones: ['a', 'b', 'a', 'b'], want: 'abab' },
  { name: 'a zone that has too many gives', zones: ['a', 'a', 'a', 'b'], want: 'baab' },
  { name: 'a half is not given', zones: ['a', 'a', 'a', 'a', 'b', 'b', 'b'], want: 'aaaabbb' },
  { name: 'fewer than zones', zones: ['a'], want: 'Insufficient number of endpoints (1 endpoints, 2 zones)' },
  {
    name: 'too few for the shares',
    zones: ['a', 'a', 'b'],
    want: 'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)',
  },
  { name: 'no zone', zones: ['a', undefined], want: 'One or more endpoints do not have a zone specified' },
];
for (const { name, zones, want } of cases) test(`hints: ${name}`, () => assert.equal(hinted(zones), want));

test('hints that are within bounds stay, and those that are not ready have none', () => {
  const zones = ['b', 'a', 'a', 'b'];
  const existing = anObject(
    endpointSlice,
    {
      addressType: 'IPv4',
      ports: [],
      endpoints: zones.map((z, i) => ({ ...endpoint(i, 'a'), hints: { forZones: [{ name: z }] } })),
    },
    {},
  );
  const endpoints = zones.map((_, i) => endpoint(i, 'a'));
  const again = hintZones(packSlices([existing], [{ addressType: 'IPv4', ports: [], endpoints }]), 'IPv4', halves);
  assert.deepEqual(again.plan.keep[0]?.content.endpoints, existing.endpoints);
  const unready = planned([...endpoints, endpoint(9, undefined, false)]);
  assert.equal(hintZones(unready, 'IPv4', halves).plan.create[0]?.endpoints?.[4]?.hints, undefined);
});
