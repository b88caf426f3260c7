import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, Path } from './path.ts';

const spec = field('spec');
const table: [Path, string][] = [
  [spec, 'spec'],
  [field('metadata', 'labels').key('app'), 'metadata.labels[app]'],
  [spec.child('containers').index(0).child('env').index(12).child('name'), 'spec.containers[0].env[12].name'],
  [spec.child('affinity', 'nodeAffinity'), 'spec.affinity.nodeAffinity'],
  [spec.child('a', 'b', 'c').child('d'), 'spec.a.b.c.d'],
  [spec.child('{topologyKey, whenUnsatisfiable}'), 'spec.{topologyKey, whenUnsatisfiable}'],
  [spec.child('requests').key('example.com/gpu').child('x'), 'spec.requests[example.com/gpu].x'],
  [spec.child('data').key(''), 'spec.data[]'],
  [new Path('[key]').child('x'), '[key].x'],
];

test('paths print as they were walked', () => {
  for (const [path, text] of table) assert.equal(String(path), text);
});

test('a path is not changed by those that go on from it', () => {
  const list = spec.child('containers');
  list.index(1).child('name');
  list.child('a', 'b', 'c');
  assert.equal(`${String(list.index(0))} ${String(list)}`, 'spec.containers[0] spec.containers');
});
