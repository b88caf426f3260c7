import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoreBatch } from '../backend.ts';
import { bytes, type StoreScene } from './scene.ts';
import { watching } from './watching.ts';

/** What happens, told once and in order. */
export function watches(scene: StoreScene): void {
  const { directory, put, drop } = scene;
  describe('watches', () => {
    it('tell everything from a revision on, in order, each once, as it happens', async () => {
      const dir = directory();
      const first = await put(`${dir}a`, '1');
      await put(`${dir}a`, '2');
      await using watch = watching(scene.store, dir, first.modRevision);
      await watch.until(first.modRevision + 1);
      await drop(`${dir}a`);
      const { revision } = await scene.store.txn({
        success: [
          { op: 'put', key: `${dir}b`, value: bytes('3') },
          { op: 'put', key: `${dir}a`, value: bytes('4') },
        ],
      });
      await watch.until(revision);
      assert.deepEqual(watch.told(), [
        `${first.modRevision}: put a=1`,
        `${first.modRevision + 1}: put a=2 (1)`,
        `${first.modRevision + 2}: delete a (2)`,
        `${revision}: put b=3, put a=4`,
      ]);
      await using again = watching(scene.store, dir, first.modRevision + 2);
      await again.until(revision);
      assert.deepEqual(again.told(), watch.told().slice(2));
    });

    it('begin with a progress notice when there is nothing to tell', async () => {
      const dir = directory();
      const { modRevision } = await put(`${dir}a`);
      await using watch = watching(scene.store, dir, modRevision + 1);
      await watch.until(modRevision);
      assert.deepEqual(watch.batches[0], { revision: modRevision, events: [] });
    });

    it('give notice of revisions that changed nothing under their prefix', async () => {
      const dir = directory();
      const { modRevision } = await put(`${dir}a/1`);
      await using watch = watching(scene.store, `${dir}a/`, modRevision);
      await watch.until(modRevision);
      const elsewhere = await put(`${dir}b/1`);
      await watch.until(elsewhere.modRevision);
      assert.deepEqual(watch.told(), [`${modRevision}: put 1=v`]);
    });

    it('wait for a revision that is still to come', async () => {
      const dir = directory();
      await using watch = watching(scene.store, dir, scene.store.revision + 3);
      await put(`${dir}a`);
      await put(`${dir}b`);
      const { modRevision } = await put(`${dir}c`);
      await watch.until(modRevision);
      assert.deepEqual(watch.told(), [`${modRevision}: put c=v`]);
    });

    it('miss nothing while many write and a reader is slow', async () => {
      const dir = directory();
      const { modRevision } = await put(`${dir}start`);
      await using watch = watching(scene.store, dir, modRevision + 1, { slow: true });
      await Promise.all(Array.from({ length: 300 }, (_, i) => put(`${dir}${i % 40}`, `${i}`)));
      await watch.until(scene.store.revision);
      const revisions = watch.batches.filter((b) => b.events.length).map((b) => b.revision);
      assert.deepEqual(
        revisions,
        Array.from({ length: 300 }, (_, i) => modRevision + 1 + i),
      );
      const versions = new Map<string, number>();
      for (const { events } of watch.batches) {
        for (const { key, item, prev } of events) {
          assert.equal(prev?.version ?? 0, versions.get(key) ?? 0);
          versions.set(key, item!.version);
        }
      }
    });

    it('end with their signal', async () => {
      const stop = new AbortController();
      const batches: StoreBatch[] = [];
      const done = (async () => {
        for await (const b of scene.store.watch(directory(), {
          fromRevision: scene.store.revision + 1,
          signal: stop.signal,
        })) {
          batches.push(b);
          stop.abort();
        }
      })();
      await done;
      assert.equal(batches.length, 1);
      for await (const b of scene.store.watch('/', { fromRevision: 1, signal: stop.signal }))
        assert.fail(`told ${b.revision}`);
    });
  });
}
