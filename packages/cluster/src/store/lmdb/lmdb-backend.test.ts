import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import { Compacted, KeyExists } from '../errors.ts';
import { create } from '../writes.ts';
import { storeContract, watching } from '../contract/store-contract.ts';
import { LmdbBackend } from './lmdb-backend.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'tiphys-store-'));

storeContract('lmdb', async () => {
  const path = temporary();
  const disk = smallDisk(path, '64m');
  const clock = new SimClock();
  const store = await LmdbBackend.open(join(path, 'store'), { clock });
  return {
    store,
    pass: (ms) => clock.advance(ms),
    ...(disk && {
      fill: async () => {
        const { bavail, bsize } = statfsSync(path);
        writeFileSync(join(path, 'filler'), Buffer.alloc(bavail * bsize));
        return async () => rmSync(join(path, 'filler'));
      },
    }),
    async [Symbol.asyncDispose]() {
      await store.close();
      disk?.[Symbol.dispose]();
      rmSync(path, { recursive: true });
    },
  };
});

/** A disk of its own, so that it can be filled; mounting takes root. */
function smallDisk(path: string, size: string): Disposable | undefined {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return undefined;
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  return { [Symbol.dispose]: () => void execFileSync('umount', [path]) };
}

describe('a key of the embedded store that was looked for long ago', () => {
  const path = temporary();
  const clock = new SimClock();
  after(() => rmSync(path, { recursive: true }));

  it('is found, though memory does not reach back so far', async () => {
    const value = Buffer.from('x');
    let store = await LmdbBackend.open(path, { clock });
    const absentAt = store.revision;
    await create(store, '/a', value);
    await Promise.all(Array.from({ length: 5000 }, (_, i) => create(store, `/b/${i}`, value, { absentAt })));
    await assert.rejects(create(store, '/a', value, { absentAt }), KeyExists);
    await store.close();
    store = await LmdbBackend.open(path, { clock });
    await assert.rejects(create(store, '/a', value, { absentAt }), KeyExists);
    await assert.rejects(create(store, '/b/4999', value, { absentAt: store.revision - 1 }), KeyExists);
    assert.equal((await create(store, '/c', value, { absentAt: store.revision })).version, 1);
    await store.close();
  });
});

describe('the embedded store, opened again', () => {
  let path: string;
  const clock = new SimClock();
  const open = () => LmdbBackend.open(path, { clock });
  const put = (store: LmdbBackend, key: string, value: string, lease = 0) =>
    store.txn({ success: [{ op: 'put', key, value: Buffer.from(value), lease }] });

  before(() => void (path = temporary()));
  after(() => rmSync(path, { recursive: true }));

  it('has everything: items, history, compaction, revision', async () => {
    let store = await open();
    assert.equal(store.revision, 1);
    for (let i = 0; i < 10; i++) await put(store, `/a/${i % 3}`, `${i}`);
    await store.txn({ success: [{ op: 'delete', key: '/a/0' }] });
    await put(store, '/a/nul\0inside', 'x');
    await store.compact(5);
    const seen = async () => {
      await using watch = watching(store, '/a/', 6);
      await watch.until(store.revision);
      return {
        told: watch.told(),
        now: (await store.list('/a/')).items.map(({ value, ...i }) => ({ ...i, value: String(value) })),
        earlier: (await store.list('/a/', { revision: 7 })).items.map((i) => `${i.key}@${i.modRevision}`),
        revision: store.revision,
        compacted: store.compactedRevision,
      };
    };
    const first = await seen();
    assert.deepEqual([first.revision, first.compacted, first.told.length], [13, 5, 8]);
    await store.close();
    store = await open();
    assert.deepEqual(await seen(), first);
    await assert.rejects(store.list('/a/', { revision: 4 }), Compacted);
    assert.equal((await put(store, '/a/new', 'x')).revision, 14);
    await store.close();
  });

  it('keeps its revision when compaction has removed everything', async () => {
    let store = await open();
    for (const { key } of (await store.list('/')).items) await store.txn({ success: [{ op: 'delete', key }] });
    const { revision } = store;
    await store.compact(revision);
    await store.close();
    store = await open();
    assert.equal(store.revision, revision);
    assert.equal((await put(store, '/b', 'x')).revision, revision + 1);
    await store.close();
  });

  it('ends leases that it was left with, and gives none of their numbers again', async () => {
    let store = await open();
    const ended = await store.grantLease(10);
    const { id } = await store.grantLease(10);
    await put(store, '/leased', 'x', id);
    await store.revokeLease(ended.id);
    await store.close();
    store = await open();
    assert.deepEqual(await store.leases(), [id]);
    assert.deepEqual((await store.lease(id)).keys, ['/leased']);
    assert.ok((await store.grantLease(1000)).id > id);
    await using watch = watching(store, '/leased', store.revision + 1);
    await clock.advance(11_000);
    await watch.until(store.revision + 1);
    assert.equal(await store.count('/leased'), 0);
    await store.close();
  });

  it('finishes a sweep that was cut short', async () => {
    let store = await open();
    const start = store.revision;
    await Promise.all(Array.from({ length: 2000 }, (_, i) => put(store, `/hot/${i % 2}`, `${i}`)));
    await store.compact(store.revision);
    // Closing doesn't wait for what is left to sweep.
    await store.close();
    store = await open();
    assert.deepEqual(
      (await store.list('/hot/')).items.map((i) => i.version),
      [1000, 1000],
    );
    assert.equal(store.compactedRevision, start + 2000);
    await store.close();
  });

  it('is compacted as far as anybody asked, whoever asked last', async () => {
    let store = await open();
    for (let i = 0; i < 10; i++) await put(store, '/c', `${i}`);
    const { revision } = store;
    await Promise.all([store.compact(revision - 1), store.compact(revision - 5), store.compact(revision - 3)]);
    await store.close();
    store = await open();
    assert.equal(store.compactedRevision, revision - 1);
    await using watch = watching(store, '/c', revision);
    await watch.until(revision);
    assert.equal(watch.told().length, 1);
    await store.close();
  });
});
