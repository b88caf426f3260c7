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

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const key =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const found = { namespace: 'ns', name: 'cm', uid: 'u', resourceVersion: '1', kubeletConfigKey: 'k' };

test('where an agent is configured from is kept by nodes that say so, and by no other', () => {
  const source = { configSource: { configMap: { namespace: 'ns', name: 'cm', kubeletConfigKey: 'k' } } };
  const status = { status: { config: { assigned: { configMap: found } } } };
  const context = { now: 0, warn: () => {} };
  const made = aNode(source, status);
  node.prepareForCreate!(made, context);
  assert.deepEqual([made.spec.configSource, made.status.config], [undefined, undefined]);
  const updated = (old: Node) => {
    const next = aNode(source, status);
    node.prepareForUpdate!(next, old, context);
    return next.spec.configSource?.configMap?.name;
  };
  assert.deepEqual([updated(aNode()), updated(aNode(source))], [undefined, 'cm']);
  const told = (old: Node) => {
    const next = aNode({}, status);
    assert.ok(typeof node.status === 'object');
    node.status.prepareForUpdate!(next, old, context);
    return next.status.config?.assigned?.configMap?.name;
  };
  assert.deepEqual([told(aNode()), told(aNode({}, status))], [undefined, 'cm']);
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
    [
      aNode({ configSource: { configMap: { namespace: 'Ns', kubeletConfigKey: 'a/b', uid: 'u' } } }),
      aNode(),
      [
        'spec.configSource.configMap.uid: Forbidden: uid must not be set in spec',
        `spec.configSource.configMap.namespace: Invalid value: "Ns": ${label}`,
        'spec.configSource.configMap.name: Required value',
        `spec.configSource.configMap.kubeletConfigKey: Invalid value: "a/b": ${key}`,
      ],
    ],
    [
      aNode({ configSource: {} }),
      aNode(),
      ['spec.configSource: Invalid value: {"ConfigMap":null}: exactly one reference subfield must be non-nil'],
    ],
    [
      aNode({}, { status: { config: { active: { configMap: { ...found, resourceVersion: '' } } } } }),
      aNode(),
      ['status.config.active.configMap.resourceVersion: Required value'],
    ],
  ];
  for (const [next, old, want] of table) assert.deepEqual(problems(next, old), want);
});

test('what can be allocated is all there is unless somebody says otherwise', () => {
  assert.deepEqual(aNode({}, { status: { capacity: { cpu: '4' } } }).status.allocatable, { cpu: '4' });
});
