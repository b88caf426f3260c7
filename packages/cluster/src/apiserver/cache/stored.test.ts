import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { standardKinds } from '../kinds.ts';
import { resourceOf } from '../registry/resource.ts';
import { bodyToStore, parsedBody, storedBody, told } from './stored.ts';

const resource = resourceOf(standardKinds.hubs.find((k) => k.plural === 'configmaps')!);
const type = { kind: 'ConfigMap', apiVersion: 'v1' };
const managedFields = [
  {
    manager: 'one',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { '.': {}, 'f:ключ': {} } },
  },
] satisfies KubeObject['metadata']['managedFields'];

const cases: Readonly<Record<string, KubeObject & { data?: Record<string, string> }>> = {
  'nothing but a name': { metadata: { name: 'a' } },
  'owners alone': { metadata: { managedFields } },
  'owners, and nothing behind the metadata': { metadata: { name: 'a', managedFields } },
  'owners, and more behind the metadata': { metadata: { name: 'a', managedFields }, data: { ключ: 'значение' } },
  'no owners any more': { metadata: { name: 'a', managedFields: [] }, data: { k: 'v' } },
  'half a character': { metadata: { name: 'a', managedFields }, data: { k: '\ud800', l: '"\u2028\\' } },
};

for (const [name, object] of Object.entries(cases)) {
  test(`a stored body is the object's JSON, its type first and its version left out: ${name}`, () => {
    const { metadata, ...rest } = object;
    const bytes = storedBody(resource, { ...object, metadata: { ...metadata, resourceVersion: '7' } });
    assert.equal(Buffer.from(bytes).toString(), JSON.stringify({ ...type, metadata, ...rest }));
  });
}

test('a body may be of any length', () => {
  for (const length of [10, 20_000, 30_000, 70_000]) {
    const object = { metadata: { name: 'a', managedFields }, data: { k: 'é'.repeat(length) } };
    const text = Buffer.from(storedBody(resource, object)).toString();
    assert.equal(text, JSON.stringify({ ...type, ...object }));
  }
});

test('what is on its way to the store needn’t be parsed however much follows it, and is let go soon after it has been told', () => {
  const annotations = { long: 'x'.repeat(2 ** 16) };
  const written = () => bodyToStore(resource, { metadata: { name: 'a', annotations } });
  const first = written();
  const { body } = parsedBody(first);
  for (let i = 0; i < 100; i++) told(written());
  assert.equal(parsedBody(first).body, body);
  told(first);
  for (let i = 0; i < 100; i++) told(written());
  assert.notEqual(parsedBody(first).body, body);
  assert.deepEqual(parsedBody(first).body, body);
});
