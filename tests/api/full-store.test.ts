import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFull } from 'tiphys/store';
import { aMap, configMaps, within } from './ask.ts';

test('a store without room: writes are refused for a while, reads go on, and nothing is half written', () =>
  within(async ({ ask, store }) => {
    await ask('POST', configMaps, { body: aMap('before') });
    const write = store.txn.bind(store);
    store.txn = () => Promise.reject(new StoreFull());
    for (const [method, path, body] of [
      ['POST', configMaps, aMap('x')],
      ['PUT', `${configMaps}/before`, aMap('before', { data: { a: '1' } })],
      ['DELETE', `${configMaps}/before`, undefined],
    ] as const) {
      const { status, headers, json } = await ask(method, path, { body });
      assert.equal(status, 503, method);
      assert.equal(headers['retry-after'], '10');
      assert.equal(json.reason, 'ServiceUnavailable');
    }
    assert.equal((await ask('GET', `${configMaps}/before`)).json.data, undefined);
    assert.equal((await ask('GET', configMaps)).json.items.length, 1);
    store.txn = write;
    assert.equal((await ask('POST', configMaps, { body: aMap('x') })).status, 201);
  }));
