import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type Node, node } from './node.ts';

function aNode(spec: object = {}, more: object = {}): Node {
  const object = decode(node.schema.shape, { metadata: { name: 'n' }, spec, ...more }) as Node;
  node.default!(object);
  return object;
}
const problems = (next: Node, old?: Node) => [
  ...new Set([...node.validate!(next, old), ...(old ? node.validateChange!(next, old) : [])].map(lineOf)),
];

test('one address range and several agree', () => {
  const table: [spec: object, one: string, all: string[]][] = [
    [{ podCIDR: '10.1.0.0/24' }, '10.1.0.0/24', ['10.1.0.0/24']],
    [{ podCIDRs: ['10.1.0.0/24', 'fd00::/64'] }, '10.1.0.0/24', ['10.1.0.0/24', 'fd00::/64']],
    [{ podCIDR: '10.2.0.0/24', podCIDRs: ['10.1.0.0/24'] }, '10.2.0.0/24', ['10.2.0.0/24']],
  ];
  for (const [spec, one, all] of table) {
    const { podCIDR, podCIDRs } = aNode(spec).spec;
    assert.deepEqual([podCIDR, podCIDRs], [one, all]);
  }
});

test('what is refused', () => {
  const taint = { key: 'a', effect: 'NoSchedule' };
  const table: [next: Node, old: Node | undefined, want: string[]][] = [
    [aNode({ taints: [taint] }), undefined, []],
    [
      aNode({ taints: [taint, taint] }),
      undefined,
      [
        'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
      ],
    ],
    [
      aNode({}, { status: { capacity: { 'example.org/gpu': '1500m' }, allocatable: { cpu: '1' } } }),
      undefined,
      ['status.capacity.example.org/gpu: Invalid value: "1500m": must be an integer'],
    ],
    [aNode({ podCIDR: '10.1.0.0/24' }), aNode(), []],
    [
      aNode(),
      aNode({ podCIDR: '10.1.0.0/24' }),
      ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
    ],
    [
      aNode({ providerID: 'b' }),
      aNode({ providerID: 'a' }),
      ['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
    ],
  ];
  for (const [next, old, want] of table) assert.deepEqual(problems(next, old), want);
});

test('what can be allocated is all there is unless somebody says otherwise', () => {
  assert.deepEqual(aNode({}, { status: { capacity: { cpu: '4' } } }).status.allocatable, { cpu: '4' });
});
