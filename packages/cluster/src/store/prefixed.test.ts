import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend } from './memory-backend.ts';
import { PrefixedStore } from './prefixed.ts';
import { storeContract } from './contract/store-contract.ts';

storeContract('under another prefix', async () => {
  const clock = new SimClock();
  const store = new PrefixedStore(new MemoryBackend(clock), { inside: '/', outside: '/clusters/one/' });
  return {
    store,
    pass: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => store.close(),
  };
});

test('two clusters share a store and see nothing of each other', async () => {
  const shared = new MemoryBackend(new SimClock());
  const [one, two] = ['one', 'two'].map(
    (name) => new PrefixedStore(shared, { inside: '/registry/', outside: `/${name}/` }),
  );
  const put = (store: PrefixedStore, key: string) =>
    store.txn({ success: [{ op: 'put', key, value: Buffer.from('x') }] });
  await put(one!, '/registry/pods/a');
  await put(two!, '/registry/pods/b');
  await put(two!, 'compact_rev_key');
  const keys = async (store: { list: PrefixedStore['list'] }, prefix: string) =>
    (await store.list(prefix)).items.map((i) => i.key);
  assert.deepEqual(await keys(one!, '/registry/'), ['/registry/pods/a']);
  assert.deepEqual(await keys(two!, '/registry/'), ['/registry/pods/b']);
  assert.deepEqual(await keys(shared, ''), ['/one/pods/a', '/two/pods/b', 'compact_rev_key']);
});
