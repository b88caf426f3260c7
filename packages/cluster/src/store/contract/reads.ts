import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plain, type StoreScene, text } from './scene.ts';

/** What is there, now and at any revision before. */
export function reads(scene: StoreScene): void {
  const { directory, put, drop } = scene;
  describe('reads', () => {
    it('give what was acknowledged, and nothing for an absent key', async () => {
      const key = `${directory()}a`;
      const item = await put(key, 'value');
      const read = await scene.store.get(key);
      assert.deepEqual(plain(read.item), plain(item));
      assert.ok(read.revision >= item.modRevision);
      assert.equal((await scene.store.get(`${key}b`)).item, undefined);
    });

    it('list in the order of bytes, in pages', async () => {
      const dir = directory();
      const names = ['a', 'a!', 'a/b', 'aa', 'b', 'Ω', '\uffee', '\u{1f600}'];
      for (const n of names.toReversed()) await put(dir + n);
      const all = names.map((n) => dir + n);
      assert.deepEqual(
        (await scene.store.list(dir)).items.map((i) => i.key),
        all,
      );
      const seen: string[] = [];
      for (let startAfter = '', more = true; more; startAfter = seen.at(-1)!) {
        const page = await scene.store.list(dir, { startAfter, limit: 3 });
        assert.ok(page.items.length === 3 || !page.more);
        seen.push(...page.items.map((i) => i.key));
        more = page.more;
      }
      assert.deepEqual(seen, all);
      const exact = await scene.store.list(dir, { limit: names.length });
      assert.deepEqual([exact.items.length, exact.more], [names.length, false]);
      assert.deepEqual((await scene.store.list(dir, { startAfter: `${dir}a/a` })).items[0]!.key, `${dir}a/b`);
      assert.equal(await scene.store.count(dir), names.length);
    });

    it('keep to their prefix', async () => {
      const dir = directory();
      for (const k of ['p', 'p/', 'p/x', 'p0', 'o\u{10ffff}', 'p/\u{10ffff}', 'q']) await put(dir + k);
      assert.deepEqual(
        (await scene.store.list(`${dir}p/`)).items.map((i) => i.key),
        [`${dir}p/`, `${dir}p/x`, `${dir}p/\u{10ffff}`],
      );
      assert.equal(await scene.store.count(`${dir}p/`), 3);
      assert.equal(await scene.store.count(`${dir}p`), 5);
      assert.equal((await scene.store.list(`${dir}none`)).items.length, 0);
      assert.ok((await scene.store.count('')) >= 7);
      assert.equal(
        (await scene.store.list(`${dir}p/`, { startAfter: dir })).items.length,
        3,
        'a start before the prefix',
      );
      assert.equal(
        (await scene.store.list(`${dir}p/`, { startAfter: `${dir}q` })).items.length,
        0,
        'a start behind it',
      );
    });

    it('look back at any revision', async () => {
      const dir = directory();
      const one = await put(`${dir}a`, '1');
      const two = await put(`${dir}b`, '1');
      await put(`${dir}a`, '2');
      const { revision: four } = await drop(`${dir}b`);
      await put(`${dir}c`, '1');
      const at = async (revision: number) =>
        (await scene.store.list(dir, { revision })).items
          .map((i) => `${i.key.slice(dir.length)}=${text(i.value)}`)
          .join();
      assert.equal(await at(one.modRevision - 1), '');
      assert.equal(await at(one.modRevision), 'a=1');
      assert.equal(await at(two.modRevision), 'a=1,b=1');
      assert.equal(await at(two.modRevision + 1), 'a=2,b=1');
      assert.equal(await at(four), 'a=2');
      assert.equal(await at(scene.store.revision), 'a=2,c=1');
      const back = await scene.store.get(`${dir}a`, { revision: two.modRevision });
      assert.deepEqual(plain(back.item), plain(one));
      assert.equal(back.revision, scene.store.revision);
      const page = await scene.store.list(dir, { revision: two.modRevision, limit: 1 });
      assert.deepEqual([page.items.length, page.more], [1, true]);
    });

    it('take values empty, binary and large, and long keys', async () => {
      const dir = directory();
      const large = Buffer.alloc(1_500_000, 'large');
      large[large.length - 1] = 0;
      const values = [Buffer.alloc(0), Buffer.from([0, 255, 128, 10]), Buffer.alloc(4096, 1), large];
      const keys = values.map((_, i) => `${dir}${'k'.repeat(i * 250)}`);
      await Promise.all(values.map((value, i) => scene.store.txn({ success: [{ op: 'put', key: keys[i]!, value }] })));
      for (const [i, value] of values.entries()) {
        const { item } = await scene.store.get(keys[i]!);
        assert.ok(Buffer.compare(item!.value, value) === 0, `value ${i}`);
      }
      assert.equal(await scene.store.count(dir), values.length);
    });
  });
}
