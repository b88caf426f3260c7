import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, lineOf } from '@tiphys/sdk/machinery';
import { ResourceRules } from './rules.ts';

const rules = new ResourceRules({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  schemaOf: () => ({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { n: { type: 'integer' }, name: { type: 'string', maxLength: 3 } },
        required: ['n'],
        'x-kubernetes-validations': [{ rule: 'self.n > 1', message: 'more' }, { rule: 'self.n >= oldSelf.n' }],
      },
    },
  }),
});
const thing = (spec: unknown) => ({ metadata: { name: 'a' }, spec }) as KubeObject;
const said = (spec: unknown, old?: unknown): string[] =>
  [...rules.ofObject(thing(spec), old === undefined ? undefined : thing(old))].map(lineOf);

test('rules are asked of what is good otherwise', () => {
  assert.deepEqual(said({ n: 2 }), []);
  assert.deepEqual(said({ n: 1 }), ['spec: Invalid value: more']);
  assert.deepEqual(said({ n: 2 }, { n: 3 }), ['spec: Invalid value: failed rule: self.n >= oldSelf.n']);
  assert.deepEqual(said({ n: 1, name: 'abcd' }), [
    'spec.name: Too long: may not be more than 3 bytes',
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  ]);
});

test('what was wrong before is warned of', () => {
  const next = thing({ n: 1 });
  assert.deepEqual([...rules.ofObject(next, thing({ n: 1 }))], []);
  assert.deepEqual([...rules.warnings(next)], ['spec: Invalid value: more']);
});
