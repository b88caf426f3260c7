import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardKinds } from '../kinds.ts';
import { resourceOf } from '../registry/resource.ts';
import { Entry } from './entry.ts';
import { storedBody } from './stored.ts';

const resource = resourceOf(standardKinds.hubs.find((k) => k.plural === 'configmaps')!);
const entryOf = (name: string, bytes = 0) => {
  const object = { metadata: { name, namespace: 'n', labels: { app: name } }, data: { k: 'x'.repeat(bytes) } };
  return new Entry(resource, `${resource.prefix}n/${name}`, storedBody(resource, object), 7);
};

test('an object is parsed once while others look into it, and again when many others have been looked into since', () => {
  const old = entryOf('old');
  const { object, labels, message } = old;
  assert.equal(object.metadata.resourceVersion, '7');
  assert.ok(Object.isFrozen(object) && Object.isFrozen(object.metadata));
  for (let i = 0; i < 50; i++) assert.ok(entryOf(`few-${i}`, 1000).object);
  assert.ok(old.object === object && old.message === message);
  for (let i = 0; i < 100; i++) assert.ok(entryOf(`many-${i}`, 100_000).object);
  assert.ok(old.labels === labels, 'labels stay');
  assert.ok(old.object !== object && old.message !== message);
  assert.deepEqual(old.object, object);
  assert.deepEqual(old.message, message);
});
