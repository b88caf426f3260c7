import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedLabels, forbiddenLabels } from './node-labels.ts';

const cases: [string, boolean][] = [
  ['app', true],
  ['example.com/x', true],
  ['kubernetes.io/hostname', true],
  ['topology.kubernetes.io/zone', true],
  ['node.kubernetes.io/anything', true],
  ['sub.node.kubernetes.io/anything', true],
  ['kubelet.kubernetes.io/anything', true],
  ['kubernetes.io/odd', false],
  ['node-role.kubernetes.io/control-plane', false],
  ['x.k8s.io/y', false],
  ['node-restriction.kubernetes.io/tier', false],
  ['a.node-restriction.kubernetes.io/tier', false],
  ['notkubernetes.io/x', true],
];
for (const [label, may] of cases) {
  test(`a node ${may ? 'may' : 'must not'} set ${label}`, () =>
    assert.equal(forbiddenLabels([label]).length === 0, may));
}

test('labels that changed: added, removed, of another value', () => {
  assert.deepEqual(changedLabels({ a: '1', b: '2', c: '3' }, { b: '2', c: '4', d: '5' }).sort(), ['a', 'c', 'd']);
});
