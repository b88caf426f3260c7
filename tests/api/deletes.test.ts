import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMap, configMaps, type Lab, within } from './ask.ts';

const x = `${configMaps}/x`;
const made = (lab: Lab, metadata: object = {}) =>
  lab.ask('POST', configMaps, { body: aMap('x', { metadata: { name: 'x', ...metadata } }) });

test('a plain deletion answers with a Status, a kind that returns what it deletes with the object', () =>
  within(async (lab) => {
    const { uid } = (await made(lab)).json.metadata;
    const gone = await lab.ask('DELETE', x);
    assert.deepEqual(gone.json.details, { name: 'x', kind: 'configmaps', uid });
    await lab.ask('POST', '/api/v1/namespaces/lab/serviceaccounts', { body: { metadata: { name: 'a' } } });
    const account = await lab.ask('DELETE', '/api/v1/namespaces/lab/serviceaccounts/a');
    assert.equal(account.json.kind, 'ServiceAccount');
  }));

test('a finalizer holds the object until it is taken away, and no new one may come', () =>
  within(async (lab) => {
    await made(lab, { finalizers: ['example.org/hold'] });
    const marked = (await lab.ask('DELETE', x)).json.metadata;
    assert.ok(marked.deletionTimestamp);
    assert.equal(marked.deletionGracePeriodSeconds, 0);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const more = await lab.ask('PATCH', x, {
      headers,
      body: { metadata: { finalizers: ['example.org/hold', 'example.org/more'] } },
    });
    assert.equal(more.status, 422);
    const again = await made(lab);
    assert.equal(again.json.message, 'object is being deleted: configmaps "x" already exists');
    await lab.ask('PATCH', x, { headers, body: { metadata: { finalizers: null } } });
    assert.equal((await lab.ask('GET', x)).status, 404);
  }));

const policies: [string, string[]][] = [
  ['propagationPolicy=Orphan', ['orphan']],
  ['propagationPolicy=Foreground', ['foregroundDeletion']],
  ['orphanDependents=true', ['orphan']],
];
for (const [query, finalizers] of policies) {
  test(`${query} leaves ${finalizers.join()} to the garbage collector`, () =>
    within(async (lab) => {
      await made(lab);
      assert.deepEqual((await lab.ask('DELETE', `${x}?${query}`)).json.metadata.finalizers, finalizers);
    }));
}

test('an event goes at once, whatever is said of its dependents', () =>
  within(async (lab) => {
    const events = '/api/v1/namespaces/lab/events';
    for (const [query] of policies) {
      const body = { metadata: { name: 'x' }, involvedObject: { namespace: 'lab' } };
      assert.equal((await lab.ask('POST', events, { body })).status, 201);
      assert.equal((await lab.ask('DELETE', `${events}/x?${query}`)).json.status, 'Success', query);
    }
  }));

test('preconditions and contradicting options are refused, and nothing is deleted', () =>
  within(async (lab) => {
    await made(lab);
    const uid = await lab.ask('DELETE', x, { body: { preconditions: { uid: 'nobody' } } });
    assert.equal(uid.status, 409);
    assert.match(uid.json.message, /on ConfigMap "x": the UID in the precondition \(nobody\) does not match/);
    const version = await lab.ask('DELETE', x, { body: { preconditions: { resourceVersion: '1' } } });
    assert.equal(version.status, 409);
    const both = await lab.ask('DELETE', `${x}?orphanDependents=true&propagationPolicy=Orphan`);
    assert.equal(both.status, 422);
    assert.equal((await lab.ask('DELETE', x, { body: '{"gracePeriodSeconds":"soon"}' })).status, 400);
    assert.equal((await lab.ask('GET', x)).status, 200);
  }));

test('a collection is deleted by selector and page, and answers with what went', () =>
  within(async (lab) => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const labels = { half: name < 'c' ? 'first' : 'second' };
      await lab.ask('POST', configMaps, { body: aMap(name, { metadata: { name, labels } }) });
    }
    const names = (answer: { json: { items: { metadata: { name: string } }[] } }) =>
      answer.json.items.map((i) => i.metadata.name);
    assert.deepEqual(names(await lab.ask('DELETE', `${configMaps}?labelSelector=half%3Dfirst`)), ['a', 'b']);
    assert.deepEqual(names(await lab.ask('DELETE', `${configMaps}?limit=1`)), ['c']);
    assert.equal((await lab.ask('DELETE', `${configMaps}?resourceVersion=abc`)).status, 400);
    assert.deepEqual(names(await lab.ask('GET', configMaps)), ['d']);
  }));

test('a deletion without a body takes its preconditions from the query, of a collection too', () =>
  within(async ({ ask }) => {
    for (const name of ['a', 'b']) await ask('POST', configMaps, { body: aMap(name) });
    assert.equal((await ask('DELETE', `${configMaps}/a?uid=nobody`)).status, 409);
    assert.equal((await ask('DELETE', `${configMaps}/a?resourceVersion=1`)).status, 409);
    const collection = await ask('DELETE', `${configMaps}?resourceVersion=0`);
    assert.match(collection.json.message, /the ResourceVersion in the precondition \(0\) does not match/);
    const { uid } = (await ask('GET', `${configMaps}/a`)).json.metadata;
    assert.equal((await ask('DELETE', `${configMaps}/a?uid=${uid}`)).status, 200);
    assert.equal((await ask('GET', configMaps)).json.items.length, 1);
  }));

test('a namespace has its own words for a precondition that fails', () =>
  within(async ({ ask }) => {
    const body = { preconditions: { uid: 'nobody' } };
    const { status, json } = await ask('DELETE', '/api/v1/namespaces/lab', { body });
    assert.deepEqual([status, json.details.kind], [409, 'namespaces']);
    assert.match(json.message, /Precondition failed: UID in precondition: nobody, UID in object meta: /);
  }));

test('the body of a deletion must be options, and is all that counts', () =>
  within(async (lab) => {
    for (const [body, why] of [
      [{ kind: 'Bogus' }, '"Bogus" is registered for version "meta.k8s.io/v1"'],
      [{ kind: 'ConfigMap', apiVersion: 'v1' }, '"ConfigMap" is registered for version "v1"'],
    ] as const) {
      await made(lab);
      const refused = await lab.ask('DELETE', x, { body });
      assert.equal(refused.status, 400);
      assert.equal(refused.json.message, `no kind ${why} in scheme "pkg/runtime/scheme.go:111"`);
    }
    const options = { kind: 'DeleteOptions', apiVersion: 'apps/v9' };
    assert.equal((await lab.ask('DELETE', `${x}?dryRun=no`, { body: options })).status, 200);
    assert.equal((await lab.ask('GET', x)).status, 404);
  }));

test('who wants dependents deleted too is told 202 while the object is still there', () =>
  within(async (lab) => {
    await made(lab, { finalizers: ['example.org/hold'] });
    assert.equal((await lab.ask('DELETE', x, { body: { orphanDependents: false } })).status, 202);
    assert.equal((await lab.ask('DELETE', x, { body: { orphanDependents: true } })).status, 200);
  }));

test('a page of a collection that is deleted says where the next begins', () =>
  within(async (lab) => {
    for (const name of ['a', 'b', 'c']) await lab.ask('POST', configMaps, { body: aMap(name) });
    const { metadata } = (await lab.ask('DELETE', `${configMaps}?limit=1`)).json;
    assert.ok(metadata.continue);
    assert.equal(metadata.remainingItemCount, 2);
  }));
