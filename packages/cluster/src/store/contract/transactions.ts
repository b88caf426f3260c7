import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoredItem } from '../backend.ts';
import { KeyExists, RevisionMismatch } from '../errors.ts';
import { create, remove, update } from '../writes.ts';
import { bytes, plain, text, type StoreScene } from './scene.ts';

/** Writes: all or nothing, on conditions, each in a revision of its own. */
export function transactions(scene: StoreScene): void {
  const { directory, put, drop } = scene;
  describe('transactions', () => {
    it('write several keys in one revision', async () => {
      const dir = directory();
      const kept = await put(`${dir}gone`);
      const { succeeded, revision, items } = await scene.store.txn({
        success: [
          { op: 'put', key: `${dir}a`, value: bytes('1') },
          { op: 'delete', key: `${dir}gone` },
          { op: 'put', key: `${dir}b`, value: bytes('2') },
          { op: 'get', key: `${dir}a` },
          { op: 'delete', key: `${dir}never` },
        ],
      });
      assert.ok(succeeded);
      assert.equal(revision, kept.modRevision + 1);
      const a = {
        key: `${dir}a`,
        value: bytes('1'),
        createRevision: revision,
        modRevision: revision,
        version: 1,
        lease: 0,
      };
      const b = { ...a, key: `${dir}b`, value: bytes('2') };
      assert.deepEqual(items.map(plain), [a, kept, b, a, undefined].map(plain));
      assert.deepEqual((await scene.store.list(dir)).items.map(plain), [a, b].map(plain));
    });

    it('count versions from the creation on', async () => {
      const key = `${directory()}a`;
      const first = await put(key, '1');
      const second = await put(key, '2');
      assert.deepEqual([first.version, second.version], [1, 2]);
      assert.equal(second.createRevision, first.createRevision);
      assert.equal(second.modRevision, first.modRevision + 1);
      await drop(key);
      const again = await put(key, '3');
      assert.deepEqual([again.version, again.createRevision], [1, again.modRevision]);
    });

    it('see what was written after their keys had been looked for', async () => {
      const key = `${directory()}a`;
      const absentAt = scene.store.revision;
      await create(scene.store, key, bytes('1'), { absentAt });
      await assert.rejects(create(scene.store, key, bytes('2'), { absentAt }), KeyExists);
      const both = await Promise.allSettled(
        ['1', '2'].map((value) => create(scene.store, `${key}b`, bytes(value), { absentAt })),
      );
      assert.deepEqual(both.map((b) => b.status).sort(), ['fulfilled', 'rejected']);
      await drop(key);
      assert.equal((await create(scene.store, key, bytes('3'), { absentAt })).version, 1);
    });

    it('take no revision when they change nothing', async () => {
      const dir = directory();
      await put(`${dir}a`);
      const before = scene.store.revision;
      for (const success of [[], [{ op: 'get', key: `${dir}a` }], [{ op: 'delete', key: `${dir}b` }]] as const) {
        const result = await scene.store.txn({ success });
        assert.equal(result.revision, before);
      }
      assert.equal(scene.store.revision, before);
    });

    it('do the other thing when a condition fails', async () => {
      const dir = directory();
      const found = await put(`${dir}a`, 'there');
      const result = await scene.store.txn({
        compare: [
          { key: `${dir}a`, target: 'version', is: '=', value: 1 },
          { key: `${dir}a`, target: 'mod', is: '<', value: found.modRevision },
        ],
        success: [{ op: 'put', key: `${dir}b`, value: bytes('no') }],
        failure: [
          { op: 'get', key: `${dir}a` },
          { op: 'put', key: `${dir}c`, value: bytes('yes') },
        ],
      });
      assert.equal(result.succeeded, false);
      assert.deepEqual(plain(result.items[0]), plain(found));
      assert.deepEqual(
        (await scene.store.list(dir)).items.map((i) => i.key),
        [`${dir}a`, `${dir}c`],
      );
    });

    it('refuse to write a key twice, and leave no trace of the attempt', async () => {
      const dir = directory();
      const twice = { op: 'put', key: `${dir}a`, value: bytes('x') } as const;
      const { revision } = scene.store;
      await assert.rejects(scene.store.txn({ success: [{ ...twice, key: `${dir}b` }, twice, twice] }));
      assert.equal(await scene.store.count(dir), 0);
      assert.equal(scene.store.revision, revision);
    });

    it('let one of many win a key', async () => {
      const dir = directory();
      const won = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => create(scene.store, `${dir}a`, bytes(`${i}`))),
      );
      const [winner, ...others] = won.filter((w) => w.status === 'fulfilled');
      assert.ok(winner);
      assert.deepEqual(others, []);
      for (const w of won) if (w.status === 'rejected') assert.ok(w.reason instanceof KeyExists);
      assert.deepEqual(plain((await scene.store.get(`${dir}a`)).item), plain(winner.value));
    });

    it('lose no update of many writers', async () => {
      const key = `${directory()}counter`;
      await put(key, '0');
      const increment = async () => {
        for (;;) {
          const { item } = await scene.store.get(key);
          const next = bytes(String(Number(text(item!.value)) + 1));
          const done = await update(scene.store, key, next, { ifRevision: item!.modRevision }).catch((e: unknown) => e);
          if (!(done instanceof RevisionMismatch)) return done;
        }
      };
      await Promise.all(Array.from({ length: 8 }, increment));
      const { item } = await scene.store.get(key);
      assert.equal(text(item!.value), '8');
      assert.equal(item!.version, 9);
      await assert.rejects(remove(scene.store, key, { ifRevision: item!.modRevision - 1 }), RevisionMismatch);
      assert.equal(await remove(scene.store, key, { ifRevision: item!.modRevision }), scene.store.revision);
    });

    const compared = [
      ['mod', (i: Numbers) => i.modRevision],
      ['create', (i: Numbers) => i.createRevision],
      ['version', (i: Numbers) => i.version],
      ['lease', (i: Numbers) => i.lease],
    ] as const;
    for (const [target, of] of compared) {
      it(`compare ${target}`, async () => {
        const key = `${directory()}a`;
        const { id } = await scene.store.grantLease(1000);
        await put(key);
        const item = await put(key, 'v', id);
        const verdicts = async (k: string, value: number) => {
          const holding = [];
          for (const is of ['=', '!=', '<', '>'] as const) {
            const { succeeded } = await scene.store.txn({ compare: [{ key: k, target, is, value }], success: [] });
            if (succeeded) holding.push(is);
          }
          return holding.join(' ');
        };
        assert.equal(await verdicts(key, of(item)), '=');
        assert.equal(await verdicts(key, of(item) + 1), '!= <');
        assert.equal(await verdicts(key, of(item) - 1), '!= >');
        assert.equal(await verdicts(`${key}absent`, 0), '=');
        await scene.store.revokeLease(id);
      });
    }

    it('compare values', async () => {
      const key = `${directory()}a`;
      await put(key, 'bb');
      const holding = async (is: '=' | '!=' | '<' | '>', value: string) =>
        (await scene.store.txn({ compare: [{ key, target: 'value', is, value: bytes(value) }], success: [] }))
          .succeeded;
      assert.deepEqual(
        await Promise.all([holding('=', 'bb'), holding('!=', 'b'), holding('>', 'b'), holding('<', 'c')]),
        [true, true, true, true],
      );
      assert.deepEqual(
        await Promise.all([holding('=', 'b'), holding('!=', 'bb'), holding('<', 'b'), holding('>', 'bbb')]),
        [false, false, false, false],
      );
    });
  });
}

type Numbers = Pick<StoredItem, 'createRevision' | 'modRevision' | 'version' | 'lease'>;
