import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as api from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { decode, encodeMessage, sealEnvelope } from '@tiphys/sdk/schema';
import { servedKinds } from 'tiphys/apiserver';
import { aMap, configMaps, type Lab, within } from './ask.ts';

const pairs = new URL('../../../../shared/golden/roundtrip/', import.meta.url);

const put = (store: Lab['store'], key: string, value: Uint8Array | string) =>
  store.txn({ success: [{ op: 'put', key, value: Buffer.from(value) }] });
const key = (name: string) => `/registry/configmaps/lab/${name}`;

test('a value says what it is, as a kube-apiserver reads it', () =>
  within(async ({ ask, store }) => {
    await ask('POST', configMaps, { body: aMap('a', { data: { k: 'v' } }) });
    const { item } = await store.get(key('a'));
    const text = Buffer.from(item!.value).toString();
    assert.match(text, /^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"a","namespace":"lab",/);
    assert.equal((JSON.parse(text) as KubeObject).metadata.resourceVersion, undefined);
    await ask('POST', '/apis/events.k8s.io/v1/namespaces/lab/events', {
      body: {
        metadata: { name: 'e' },
        regarding: { kind: 'Pod', namespace: 'lab', name: 'p' },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'example.org/c',
        reportingInstance: 'c-1',
        action: 'Look',
        reason: 'Seen',
        type: 'Normal',
      },
    });
    const event = Buffer.from((await store.get('/registry/events/lab/e')).item!.value).toString();
    assert.match(event, /^\{"kind":"Event","apiVersion":"v1","metadata":.*"involvedObject":/);
  }));

test('values that somebody else wrote are read, told and listed', () =>
  within(async ({ ask, store, watch }) => {
    const frames = await watch(`${configMaps}?watch=1&resourceVersion=${store.revision}`);
    const protobuf = (name: string) =>
      sealEnvelope({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        raw: encodeMessage(api.configMap.schema.shape, { metadata: { name, namespace: 'lab' }, data: { k: 'v' } }),
      });
    const meta = (name: string) => `"metadata":{"name":"${name}","namespace":"lab"}`;
    const values: Record<string, Uint8Array | string> = {
      'as-ours': `{"kind":"ConfigMap","apiVersion":"v1",${meta('as-ours')},"data":{"k":"v"}}`,
      'go-json': `{"kind":"ConfigMap","apiVersion":"v1",${meta('go-json')},"data":{"k":"v"}}\n`,
      'other-order': `{ "data":{"k":"v"}, ${meta('other-order')}, "apiVersion":"v1", "kind":"ConfigMap"}`,
      protobuf: protobuf('protobuf'),
      'without-type': `{${meta('without-type')},"data":{"k":"v"}}`,
    };
    for (const [name, value] of Object.entries(values)) {
      await put(store, key(name), value);
      const { value: frame } = (await frames.next()) as { value: { type: string; object: KubeObject } };
      assert.deepEqual([frame.type, frame.object.metadata.name], ['ADDED', name]);
      const { status, json, text } = await ask('GET', `${configMaps}/${name}`);
      assert.equal(status, 200, name);
      assert.deepEqual([json.apiVersion, json.kind, json.data], ['v1', 'ConfigMap', { k: 'v' }], text);
    }
    const { json } = await ask('GET', configMaps);
    const items = json.items as KubeObject[];
    assert.deepEqual(
      items.map((i) => [i.metadata.name, i.apiVersion]),
      Object.keys(values).map((name) => [name, undefined]),
    );
    const patched = await ask('PATCH', `${configMaps}/protobuf`, {
      body: { data: { more: '1' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    assert.deepEqual(patched.json.data, { k: 'v', more: '1' });
  }));

test('what is no object is left out, and nothing else', () =>
  within(async ({ ask, store }) => {
    await ask('POST', configMaps, { body: aMap('a') });
    await ask('POST', configMaps, { body: aMap('was') });
    const broken = ['{', 'k8s\0\xff', '[]', '', '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"x"}}'];
    for (const [i, value] of broken.entries()) await put(store, key(`x${i}`), value);
    await put(store, key('was'), 'nonsense');
    await ask('POST', configMaps, { body: aMap('b') });
    const { json } = await ask('GET', configMaps);
    assert.deepEqual(
      (json.items as KubeObject[]).map((i) => i.metadata.name),
      ['a', 'b'],
    );
  }));

test(
  'published protobuf of every stored kind is served with all its fields',
  { skip: existsSync(pairs) ? false : 'the recorded pairs are not beside this checkout (../shared/golden/roundtrip)' },
  () =>
    within(async ({ ask, store }) => {
      let served = 0;
      for (const kind of servedKinds) {
        const file = new URL(`${kind.group || 'core'}.${kind.version}.${kind.kind}.pb`, pairs);
        if (!kind.verbs.includes('watch') || !existsSync(file)) continue;
        const published = JSON.parse(readFileSync(file.pathname.replace(/pb$/, 'json'), 'utf8')) as KubeObject;
        const { name, namespace } = published.metadata;
        const inNamespace = kind.scope === 'Namespaced' ? `${namespace}/` : '';
        const { storagePrefix = kind.hub?.kind.storagePrefix ?? kind.plural } = kind;
        const { revision } = await put(store, `/registry/${storagePrefix}/${inNamespace}${name}`, readFileSync(file));
        const root = kind.group ? `/apis/${kind.apiVersion}` : '/api/v1';
        const path = `${root}/${inNamespace && `namespaces/${inNamespace}`}${kind.plural}/${name}`;
        const { status, json } = await ask('GET', path);
        assert.equal(status, 200, `${path} ${JSON.stringify(json)}`);
        published.metadata.resourceVersion = String(revision);
        // Invented values may contradict each other: that is put right whether stored or sent.
        const wanted = decode(kind.schema.shape, published, {}) as KubeObject;
        kind.default?.(wanted);
        assert.deepEqual(filledFrom(json, wanted), json, path);
        served++;
      }
      assert.ok(served >= 18, `${served} kinds`);
    }),
);

/** The answer with everything that was published put into it: no other than the answer, if that has it all. */
function filledFrom(answer: unknown, published: unknown): unknown {
  if (Array.isArray(published)) return published.map((v, i) => filledFrom((answer as unknown[] | undefined)?.[i], v));
  if (typeof published !== 'object' || published === null) return published;
  const filled: Record<string, unknown> = { ...(answer as object | undefined) };
  for (const [name, value] of Object.entries(published)) filled[name] = filledFrom(filled[name], value);
  return filled;
}
