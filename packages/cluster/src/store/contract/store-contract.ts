import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StoreFull } from '../errors.ts';
import { compaction } from './compaction.ts';
import { leases } from './leases.ts';
import { reads } from './reads.ts';
import { StoreScene, type StoreUnderTest } from './scene.ts';
import { sequencesAgreeWithModel } from './store-model.ts';
import { transactions } from './transactions.ts';
import { watches } from './watches.ts';
import { watching } from './watching.ts';

export { type StoreUnderTest, watching };

/** What everything above relies on; every engine holds it. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}: contract of a store`, () => {
    const scene = new StoreScene(open);
    const { directory, put, drop } = scene;
    before(() => scene.open());
    after(() => scene[Symbol.asyncDispose]());

    it('begins with revision 1, which can be watched from', async () => {
      assert.equal(scene.store.revision, 1);
      await using watch = watching(scene.store, '/', 1);
      await watch.until(1);
      const { modRevision } = await put('/first');
      assert.equal(modRevision, 2);
      await watch.until(2);
      assert.deepEqual(watch.told(), ['2: put first=v']);
      await drop('/first');
    });

    transactions(scene);
    reads(scene);
    watches(scene);
    compaction(scene);
    leases(scene);

    it('without room refuses to write, goes on reading, and writes again when there is room', async (t) => {
      if (!scene.underTest.fill) return t.skip('this engine keeps no disk of its own');
      const dir = directory();
      const value = Buffer.alloc(100_000, 'x').toString();
      const makeRoom = await scene.underTest.fill();
      const acknowledged: string[] = [];
      let refused: unknown;
      for (let i = 0; i < 10_000 && !refused; i++) {
        await put(`${dir}${i}`, value).then(
          (item) => acknowledged.push(item.key),
          (e: unknown) => (refused = e),
        );
      }
      assert.ok(refused instanceof StoreFull, `refused with ${String(refused)}`);
      const { revision } = scene.store;
      assert.equal(await scene.store.count(dir), acknowledged.length);
      for (const key of acknowledged) assert.equal((await scene.store.get(key)).item?.value.length, value.length);
      await assert.rejects(put(`${dir}again`, value), StoreFull);
      assert.equal(scene.store.revision, revision);
      await makeRoom();
      const item = await put(`${dir}after`, value);
      assert.equal(item.modRevision, revision + 1);
      assert.equal(await scene.store.count(dir), acknowledged.length + 1);
      for (const key of acknowledged) await drop(key);
    });

    it('agrees with a small model in any sequence of writes, reads and compactions', async () => {
      await sequencesAgreeWithModel(scene.store, directory, scene.underTest.sequences ?? 100);
    });
  });
}
