import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serviceAccount } from '@tiphys/sdk/api';
import { servedKinds } from 'tiphys/apiserver';
import { aLab, type Lab } from './ask.ts';
import { minimalObjects } from './minimal-objects.ts';

let api: Lab;
before(async () => {
  api = await aLab();
  await api.client.create(serviceAccount, { metadata: { name: 'default', namespace: 'lab' } });
});
after(() => api.close());

const objects = minimalObjects('lab');

test('there is one of every kind that is stored', () => {
  const stored = servedKinds.filter((k) => k.verbs.includes('watch')).map((k) => `${k.apiVersion}/${k.kind}`);
  assert.deepEqual(objects.map(({ object: o }) => `${o.apiVersion}/${o.kind}`).toSorted(), stored.toSorted());
});

for (const { resource, object, path, change } of objects) {
  test(`${resource}: made, changed and deleted`, async () => {
    const strict = '?fieldValidation=Strict';
    const made = await api.ask('POST', path + strict, { body: object });
    assert.equal(made.status, 201, made.text);
    const one = `${path}/${object.metadata.name}`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const changed = await api.ask('PATCH', one + strict, { body: change, headers });
    assert.equal(changed.status, 200, changed.text);
    assert.notEqual(changed.json.metadata.resourceVersion, made.json.metadata.resourceVersion);
    const deleted = await api.ask('DELETE', one);
    assert.ok([200, 202].includes(deleted.status), deleted.text);
  });
}
