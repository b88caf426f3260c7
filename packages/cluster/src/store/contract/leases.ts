import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeaseExists, LeaseNotFound } from '../errors.ts';
import type { StoreScene } from './scene.ts';
import { watching } from './watching.ts';

/** Keys that go when their time is up. */
export function leases(scene: StoreScene): void {
  const { directory, put, drop } = scene;
  describe('leases', () => {
    it('end with their keys, in one revision, when their time is up', async () => {
      const dir = directory();
      const { id, ttlSeconds } = await scene.store.grantLease(5);
      assert.equal(ttlSeconds, 5);
      await put(`${dir}a`, '1', id);
      const { modRevision } = await put(`${dir}b`, '1', id);
      await put(`${dir}c`, '1');
      assert.deepEqual((await scene.store.lease(id)).keys, [`${dir}a`, `${dir}b`]);
      assert.ok((await scene.store.leases()).includes(id));
      await using watch = watching(scene.store, dir, modRevision + 2);
      await scene.underTest.pass(8000);
      await watch.until(modRevision + 2);
      assert.deepEqual(watch.told(), [`${modRevision + 2}: delete a (1), delete b (1)`]);
      assert.deepEqual(
        (await scene.store.list(dir)).items.map((i) => i.key),
        [`${dir}c`],
      );
      await assert.rejects(scene.store.lease(id), LeaseNotFound);
    });

    it('live on when they are kept alive', async () => {
      const dir = directory();
      const { id } = await scene.store.grantLease(5);
      await put(`${dir}a`, '1', id);
      for (let i = 0; i < 3; i++) {
        await scene.underTest.pass(2500);
        const { remainingSeconds } = await scene.store.keepLeaseAlive(id);
        assert.ok(remainingSeconds > 3);
      }
      assert.equal(await scene.store.count(dir), 1);
      await scene.store.revokeLease(id);
      assert.equal(await scene.store.count(dir), 0);
    });

    it('let go of a key that is written without them, or with another', async () => {
      const dir = directory();
      const one = await scene.store.grantLease(1000);
      const two = await scene.store.grantLease(1000);
      assert.notEqual(one.id, two.id);
      await put(`${dir}a`, '1', one.id);
      await put(`${dir}b`, '1', one.id);
      await put(`${dir}c`, '1', one.id);
      await put(`${dir}d`, '1', one.id);
      await put(`${dir}a`, '2');
      assert.equal((await put(`${dir}b`, '2', two.id)).lease, two.id);
      await drop(`${dir}c`);
      assert.deepEqual((await scene.store.lease(one.id)).keys, [`${dir}d`]);
      assert.deepEqual((await scene.store.lease(two.id)).keys, [`${dir}b`]);
      await scene.store.revokeLease(one.id);
      assert.equal(await scene.store.count(dir), 2);
      await scene.store.revokeLease(two.id);
      assert.equal(await scene.store.count(dir), 1);
    });

    it('may be numbered by who asks for them', async () => {
      const chosen = 1_000_000_007;
      const { id } = await scene.store.grantLease(1000, chosen);
      assert.equal(id, chosen);
      await assert.rejects(scene.store.grantLease(1000, chosen), LeaseExists);
      const other = await scene.store.grantLease(1000);
      assert.notEqual(other.id, chosen);
      await scene.store.revokeLease(chosen);
      await scene.store.revokeLease(other.id);
    });

    it('must exist to be used', async () => {
      const key = `${directory()}a`;
      const { id } = await scene.store.grantLease(1000);
      await scene.store.revokeLease(id);
      await assert.rejects(put(key, '1', id), LeaseNotFound);
      await assert.rejects(scene.store.keepLeaseAlive(id), LeaseNotFound);
      await assert.rejects(scene.store.revokeLease(id), LeaseNotFound);
      assert.ok(!(await scene.store.leases()).includes(id));
      assert.equal((await scene.store.get(key)).item, undefined);
    });
  });
}
