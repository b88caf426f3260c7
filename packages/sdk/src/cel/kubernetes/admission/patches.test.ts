import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateAll } from './evaluation.ts';
import { configurationOf, operationsOf } from './patches.ts';
import { PolicyCompiler } from './policy-compiler.ts';

function value(source: string, purpose: 'applyConfiguration' | 'jsonPatch') {
  const compiled = new PolicyCompiler().compile(source, purpose);
  const input = { object: { metadata: { labels: { a: 'b' } } }, oldObject: null, request: {} };
  const { outcomes } = evaluateAll([{ source, compiled }], input, { variables: [], budget: 10_000 });
  const [outcome] = outcomes;
  if (!outcome || 'error' in outcome) throw new Error(outcome?.error);
  return outcome.value;
}

test('configurations are what their types say where it stands', () => {
  const source =
    "Object{metadata: Object.metadata{labels: object.metadata.labels}, spec: Object.spec{list: [1, 2], half: 0.5, at: duration('1s')}}";
  assert.deepEqual(configurationOf(value(source, 'applyConfiguration')), {
    metadata: { labels: { a: 'b' } },
    spec: { list: [1, 2], half: 0.5, at: '1s' },
  });
  const misplaced = value('Object{spec: Object.other{}}', 'applyConfiguration');
  assert.throws(
    () => configurationOf(misplaced),
    /type mismatch: unexpected type name "Object.other", expected "Object.spec", which matches field name path/,
  );
});

test('operations of patches take plain values and objects', () => {
  const source =
    "[JSONPatch{op: 'add', path: '/a', value: {'x': [dyn(true), dyn(null)]}}, JSONPatch{op: 'move', from: '/a', path: '/b'}]";
  assert.deepEqual(operationsOf(value(source, 'jsonPatch')), [
    { op: 'add', path: '/a', from: '', value: { x: [true, null] } },
    { op: 'move', path: '/b', from: '/a' },
  ]);
});
