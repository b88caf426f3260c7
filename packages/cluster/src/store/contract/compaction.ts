import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Compacted } from '../errors.ts';
import { plain, text, type StoreScene } from './scene.ts';
import { watching } from './watching.ts';

/** What is forgotten, and that nothing else is. */
export function compaction(scene: StoreScene): void {
  const { directory, put, drop } = scene;
  describe('compaction', () => {
    it('forgets what came before and nothing after', async () => {
      const dir = directory();
      const one = await put(`${dir}a`, '1');
      await put(`${dir}b`, '1');
      const two = await put(`${dir}a`, '2');
      const { revision: gone } = await drop(`${dir}b`);
      const three = await put(`${dir}a`, '3');
      await scene.store.compact(gone);
      assert.equal(scene.store.compactedRevision, gone);
      await assert.rejects(scene.store.get(`${dir}a`, { revision: one.modRevision }), Compacted);
      await assert.rejects(scene.store.list(dir, { revision: gone - 1 }), Compacted);
      assert.deepEqual(plain((await scene.store.get(`${dir}a`, { revision: gone })).item), plain(two));
      assert.deepEqual((await scene.store.list(dir, { revision: gone })).items.map(plain), [plain(two)]);
      assert.deepEqual(plain((await scene.store.get(`${dir}a`)).item), plain(three));
      assert.equal((await scene.store.get(`${dir}b`)).item, undefined);

      for (const from of [one.modRevision, gone]) {
        await using watch = watching(scene.store, dir, from);
        await assert.rejects(watch.ended, (e) => e instanceof Compacted && e.compactedRevision === gone);
      }
      await using watch = watching(scene.store, dir, gone + 1);
      await watch.until(three.modRevision);
      assert.deepEqual(watch.told(), [`${three.modRevision}: put a=3 (2)`]);
    });

    it('never goes back', async () => {
      await put(`${directory()}a`);
      await scene.store.compact(scene.store.revision);
      const { compactedRevision } = scene.store;
      await scene.store.compact(compactedRevision - 1);
      assert.equal(scene.store.compactedRevision, compactedRevision);
    });

    it('may go on while writers write and readers read', async () => {
      const dir = directory();
      const write = async (n: number) => {
        for (let i = 0; i < 20; i++) await put(`${dir}${n}`, `${i}`);
      };
      const compacting = (async () => {
        for (let i = 0; i < 5; i++) await scene.store.compact(scene.store.revision);
      })();
      await Promise.all([...Array.from({ length: 10 }, (_, n) => write(n)), compacting]);
      await scene.store.compact(scene.store.revision);
      const { items } = await scene.store.list(dir);
      assert.deepEqual(
        items.map((i) => [text(i.value), i.version]),
        Array.from({ length: 10 }, () => ['19', 20]),
      );
    });
  });
}
