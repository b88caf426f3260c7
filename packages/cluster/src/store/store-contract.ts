import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { StoreBackend, StoreBatch } from './backend.ts';
import { Compacted, KeyExists, LeaseExists, LeaseNotFound, RevisionMismatch, StoreFull } from './errors.ts';
import { sequencesAgreeWithModel } from './store-model.ts';
import { create, remove, update } from './writes.ts';

export interface StoreUnderTest extends AsyncDisposable {
  readonly store: StoreBackend;
  /** Lets time pass, which leases run out by. */
  pass(ms: number): Promise<void>;
  /** Takes all room that is left; the function gives it back. Absent for an engine that can't run out of room on its own. */
  readonly fill?: () => Promise<() => Promise<void>>;
  /** Random sequences to compare with the model. */
  readonly sequences?: number;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();

/** What everything above relies on; every engine holds it. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}: contract of a store`, () => {
    let lab: StoreUnderTest;
    let store: StoreBackend;
    let directories = 0;
    /** Keys of one test, apart from all others'. */
    const directory = () => `/contract/${String(++directories).padStart(3, '0')}/`;
    const put = async (key: string, value = 'v', lease = 0) =>
      (await store.txn({ success: [{ op: 'put', key, value: bytes(value), lease }] })).items[0]!;
    const drop = (key: string) => store.txn({ success: [{ op: 'delete', key }] });

    before(async () => {
      lab = await open();
      store = lab.store;
    });
    after(() => lab?.[Symbol.asyncDispose]());

    it('begins with revision 1, which can be watched from', async () => {
      assert.equal(store.revision, 1);
      await using watch = watching(store, '/', 1);
      await watch.until(1);
      const { modRevision } = await put('/first');
      assert.equal(modRevision, 2);
      await watch.until(2);
      assert.deepEqual(watch.told(), ['2: put first=v']);
      await drop('/first');
    });

    describe('transactions', () => {
      it('write several keys in one revision', async () => {
        const dir = directory();
        const kept = await put(`${dir}gone`);
        const { succeeded, revision, items } = await store.txn({
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
        assert.deepEqual((await store.list(dir)).items.map(plain), [a, b].map(plain));
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

      it('take no revision when they change nothing', async () => {
        const dir = directory();
        await put(`${dir}a`);
        const before = store.revision;
        for (const success of [[], [{ op: 'get', key: `${dir}a` }], [{ op: 'delete', key: `${dir}b` }]] as const) {
          const result = await store.txn({ success });
          assert.equal(result.revision, before);
        }
        assert.equal(store.revision, before);
      });

      it('do the other thing when a condition fails', async () => {
        const dir = directory();
        const found = await put(`${dir}a`, 'there');
        const result = await store.txn({
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
          (await store.list(dir)).items.map((i) => i.key),
          [`${dir}a`, `${dir}c`],
        );
      });

      it('refuse to write a key twice, and leave no trace of the attempt', async () => {
        const dir = directory();
        const twice = { op: 'put', key: `${dir}a`, value: bytes('x') } as const;
        const { revision } = store;
        await assert.rejects(store.txn({ success: [{ ...twice, key: `${dir}b` }, twice, twice] }));
        assert.equal(await store.count(dir), 0);
        assert.equal(store.revision, revision);
      });

      it('let one of many win a key', async () => {
        const dir = directory();
        const won = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) => create(store, `${dir}a`, bytes(`${i}`))),
        );
        const [winner, ...others] = won.filter((w) => w.status === 'fulfilled');
        assert.ok(winner);
        assert.deepEqual(others, []);
        for (const w of won) if (w.status === 'rejected') assert.ok(w.reason instanceof KeyExists);
        assert.deepEqual(plain((await store.get(`${dir}a`)).item), plain(winner.value));
      });

      it('lose no update of many writers', async () => {
        const key = `${directory()}counter`;
        await put(key, '0');
        const increment = async () => {
          for (;;) {
            const { item } = await store.get(key);
            const next = bytes(String(Number(text(item!.value)) + 1));
            const done = await update(store, key, next, { ifRevision: item!.modRevision }).catch((e: unknown) => e);
            if (!(done instanceof RevisionMismatch)) return done;
          }
        };
        await Promise.all(Array.from({ length: 8 }, increment));
        const { item } = await store.get(key);
        assert.equal(text(item!.value), '8');
        assert.equal(item!.version, 9);
        await assert.rejects(remove(store, key, { ifRevision: item!.modRevision - 1 }), RevisionMismatch);
        assert.equal(await remove(store, key, { ifRevision: item!.modRevision }), store.revision);
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
          const { id } = await store.grantLease(1000);
          await put(key);
          const item = await put(key, 'v', id);
          const verdicts = async (k: string, value: number) => {
            const holding = [];
            for (const is of ['=', '!=', '<', '>'] as const) {
              const { succeeded } = await store.txn({ compare: [{ key: k, target, is, value }], success: [] });
              if (succeeded) holding.push(is);
            }
            return holding.join(' ');
          };
          assert.equal(await verdicts(key, of(item)), '=');
          assert.equal(await verdicts(key, of(item) + 1), '!= <');
          assert.equal(await verdicts(key, of(item) - 1), '!= >');
          assert.equal(await verdicts(`${key}absent`, 0), '=');
          await store.revokeLease(id);
        });
      }

      it('compare values', async () => {
        const key = `${directory()}a`;
        await put(key, 'bb');
        const holding = async (is: '=' | '!=' | '<' | '>', value: string) =>
          (await store.txn({ compare: [{ key, target: 'value', is, value: bytes(value) }], success: [] })).succeeded;
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

    describe('reads', () => {
      it('give what was acknowledged, and nothing for an absent key', async () => {
        const key = `${directory()}a`;
        const item = await put(key, 'value');
        const read = await store.get(key);
        assert.deepEqual(plain(read.item), plain(item));
        assert.ok(read.revision >= item.modRevision);
        assert.equal((await store.get(`${key}b`)).item, undefined);
      });

      it('list in the order of bytes, in pages', async () => {
        const dir = directory();
        const names = ['a', 'a!', 'a/b', 'aa', 'b', 'Ω', '\uffee', '\u{1f600}'];
        for (const n of names.toReversed()) await put(dir + n);
        const all = names.map((n) => dir + n);
        assert.deepEqual(
          (await store.list(dir)).items.map((i) => i.key),
          all,
        );
        const seen: string[] = [];
        for (let startAfter = '', more = true; more; startAfter = seen.at(-1)!) {
          const page = await store.list(dir, { startAfter, limit: 3 });
          assert.ok(page.items.length === 3 || !page.more);
          seen.push(...page.items.map((i) => i.key));
          more = page.more;
        }
        assert.deepEqual(seen, all);
        const exact = await store.list(dir, { limit: names.length });
        assert.deepEqual([exact.items.length, exact.more], [names.length, false]);
        assert.deepEqual((await store.list(dir, { startAfter: `${dir}a/a` })).items[0]!.key, `${dir}a/b`);
        assert.equal(await store.count(dir), names.length);
      });

      it('keep to their prefix', async () => {
        const dir = directory();
        for (const k of ['p', 'p/', 'p/x', 'p0', 'o\u{10ffff}', 'p/\u{10ffff}', 'q']) await put(dir + k);
        assert.deepEqual(
          (await store.list(`${dir}p/`)).items.map((i) => i.key),
          [`${dir}p/`, `${dir}p/x`, `${dir}p/\u{10ffff}`],
        );
        assert.equal(await store.count(`${dir}p/`), 3);
        assert.equal(await store.count(`${dir}p`), 5);
        assert.equal((await store.list(`${dir}none`)).items.length, 0);
        assert.ok((await store.count('')) >= 7);
        assert.equal((await store.list(`${dir}p/`, { startAfter: dir })).items.length, 3, 'a start before the prefix');
        assert.equal((await store.list(`${dir}p/`, { startAfter: `${dir}q` })).items.length, 0, 'a start behind it');
      });

      it('look back at any revision', async () => {
        const dir = directory();
        const one = await put(`${dir}a`, '1');
        const two = await put(`${dir}b`, '1');
        await put(`${dir}a`, '2');
        const { revision: four } = await drop(`${dir}b`);
        await put(`${dir}c`, '1');
        const at = async (revision: number) =>
          (await store.list(dir, { revision })).items.map((i) => `${i.key.slice(dir.length)}=${text(i.value)}`).join();
        assert.equal(await at(one.modRevision - 1), '');
        assert.equal(await at(one.modRevision), 'a=1');
        assert.equal(await at(two.modRevision), 'a=1,b=1');
        assert.equal(await at(two.modRevision + 1), 'a=2,b=1');
        assert.equal(await at(four), 'a=2');
        assert.equal(await at(store.revision), 'a=2,c=1');
        const back = await store.get(`${dir}a`, { revision: two.modRevision });
        assert.deepEqual(plain(back.item), plain(one));
        assert.equal(back.revision, store.revision);
        const page = await store.list(dir, { revision: two.modRevision, limit: 1 });
        assert.deepEqual([page.items.length, page.more], [1, true]);
      });

      it('take values empty, binary and large, and long keys', async () => {
        const dir = directory();
        const large = Buffer.alloc(1_500_000, 'large');
        large[large.length - 1] = 0;
        const values = [Buffer.alloc(0), Buffer.from([0, 255, 128, 10]), Buffer.alloc(4096, 1), large];
        const keys = values.map((_, i) => `${dir}${'k'.repeat(i * 250)}`);
        await Promise.all(values.map((value, i) => store.txn({ success: [{ op: 'put', key: keys[i]!, value }] })));
        for (const [i, value] of values.entries()) {
          const { item } = await store.get(keys[i]!);
          assert.ok(Buffer.compare(item!.value, value) === 0, `value ${i}`);
        }
        assert.equal(await store.count(dir), values.length);
      });
    });

    describe('watches', () => {
      it('tell everything from a revision on, in order, each once, as it happens', async () => {
        const dir = directory();
        const first = await put(`${dir}a`, '1');
        await put(`${dir}a`, '2');
        await using watch = watching(store, dir, first.modRevision);
        await watch.until(first.modRevision + 1);
        await drop(`${dir}a`);
        const { revision } = await store.txn({
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
        await using again = watching(store, dir, first.modRevision + 2);
        await again.until(revision);
        assert.deepEqual(again.told(), watch.told().slice(2));
      });

      it('begin with a progress notice when there is nothing to tell', async () => {
        const dir = directory();
        const { modRevision } = await put(`${dir}a`);
        await using watch = watching(store, dir, modRevision + 1);
        await watch.until(modRevision);
        assert.deepEqual(watch.batches[0], { revision: modRevision, events: [] });
      });

      it('give notice of revisions that changed nothing under their prefix', async () => {
        const dir = directory();
        const { modRevision } = await put(`${dir}a/1`);
        await using watch = watching(store, `${dir}a/`, modRevision);
        await watch.until(modRevision);
        const elsewhere = await put(`${dir}b/1`);
        await watch.until(elsewhere.modRevision);
        assert.deepEqual(watch.told(), [`${modRevision}: put 1=v`]);
      });

      it('wait for a revision that is still to come', async () => {
        const dir = directory();
        await using watch = watching(store, dir, store.revision + 3);
        await put(`${dir}a`);
        await put(`${dir}b`);
        const { modRevision } = await put(`${dir}c`);
        await watch.until(modRevision);
        assert.deepEqual(watch.told(), [`${modRevision}: put c=v`]);
      });

      it('miss nothing while many write and a reader is slow', async () => {
        const dir = directory();
        const { modRevision } = await put(`${dir}start`);
        await using watch = watching(store, dir, modRevision + 1, { slow: true });
        await Promise.all(Array.from({ length: 300 }, (_, i) => put(`${dir}${i % 40}`, `${i}`)));
        await watch.until(store.revision);
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
          for await (const b of store.watch(directory(), { fromRevision: store.revision + 1, signal: stop.signal })) {
            batches.push(b);
            stop.abort();
          }
        })();
        await done;
        assert.equal(batches.length, 1);
        for await (const b of store.watch('/', { fromRevision: 1, signal: stop.signal }))
          assert.fail(`told ${b.revision}`);
      });
    });

    describe('compaction', () => {
      it('forgets what came before and nothing after', async () => {
        const dir = directory();
        const one = await put(`${dir}a`, '1');
        await put(`${dir}b`, '1');
        const two = await put(`${dir}a`, '2');
        const { revision: gone } = await drop(`${dir}b`);
        const three = await put(`${dir}a`, '3');
        await store.compact(gone);
        assert.equal(store.compactedRevision, gone);
        await assert.rejects(store.get(`${dir}a`, { revision: one.modRevision }), Compacted);
        await assert.rejects(store.list(dir, { revision: gone - 1 }), Compacted);
        assert.deepEqual(plain((await store.get(`${dir}a`, { revision: gone })).item), plain(two));
        assert.deepEqual((await store.list(dir, { revision: gone })).items.map(plain), [plain(two)]);
        assert.deepEqual(plain((await store.get(`${dir}a`)).item), plain(three));
        assert.equal((await store.get(`${dir}b`)).item, undefined);

        for (const from of [one.modRevision, gone]) {
          await using watch = watching(store, dir, from);
          await assert.rejects(watch.ended, (e) => e instanceof Compacted && e.compactedRevision === gone);
        }
        await using watch = watching(store, dir, gone + 1);
        await watch.until(three.modRevision);
        assert.deepEqual(watch.told(), [`${three.modRevision}: put a=3 (2)`]);
      });

      it('never goes back', async () => {
        await put(`${directory()}a`);
        await store.compact(store.revision);
        const { compactedRevision } = store;
        await store.compact(compactedRevision - 1);
        assert.equal(store.compactedRevision, compactedRevision);
      });

      it('may go on while writers write and readers read', async () => {
        const dir = directory();
        const write = async (n: number) => {
          for (let i = 0; i < 20; i++) await put(`${dir}${n}`, `${i}`);
        };
        const compacting = (async () => {
          for (let i = 0; i < 5; i++) await store.compact(store.revision);
        })();
        await Promise.all([...Array.from({ length: 10 }, (_, n) => write(n)), compacting]);
        await store.compact(store.revision);
        const { items } = await store.list(dir);
        assert.deepEqual(
          items.map((i) => [text(i.value), i.version]),
          Array.from({ length: 10 }, () => ['19', 20]),
        );
      });
    });

    describe('leases', () => {
      it('end with their keys, in one revision, when their time is up', async () => {
        const dir = directory();
        const { id, ttlSeconds } = await store.grantLease(5);
        assert.equal(ttlSeconds, 5);
        await put(`${dir}a`, '1', id);
        const { modRevision } = await put(`${dir}b`, '1', id);
        await put(`${dir}c`, '1');
        assert.deepEqual((await store.lease(id)).keys, [`${dir}a`, `${dir}b`]);
        assert.ok((await store.leases()).includes(id));
        await using watch = watching(store, dir, modRevision + 2);
        await lab.pass(8000);
        await watch.until(modRevision + 2);
        assert.deepEqual(watch.told(), [`${modRevision + 2}: delete a (1), delete b (1)`]);
        assert.deepEqual(
          (await store.list(dir)).items.map((i) => i.key),
          [`${dir}c`],
        );
        await assert.rejects(store.lease(id), LeaseNotFound);
      });

      it('live on when they are kept alive', async () => {
        const dir = directory();
        const { id } = await store.grantLease(5);
        await put(`${dir}a`, '1', id);
        for (let i = 0; i < 3; i++) {
          await lab.pass(2500);
          const { remainingSeconds } = await store.keepLeaseAlive(id);
          assert.ok(remainingSeconds > 3);
        }
        assert.equal(await store.count(dir), 1);
        await store.revokeLease(id);
        assert.equal(await store.count(dir), 0);
      });

      it('let go of a key that is written without them, or with another', async () => {
        const dir = directory();
        const one = await store.grantLease(1000);
        const two = await store.grantLease(1000);
        assert.notEqual(one.id, two.id);
        await put(`${dir}a`, '1', one.id);
        await put(`${dir}b`, '1', one.id);
        await put(`${dir}c`, '1', one.id);
        await put(`${dir}d`, '1', one.id);
        await put(`${dir}a`, '2');
        assert.equal((await put(`${dir}b`, '2', two.id)).lease, two.id);
        await drop(`${dir}c`);
        assert.deepEqual((await store.lease(one.id)).keys, [`${dir}d`]);
        assert.deepEqual((await store.lease(two.id)).keys, [`${dir}b`]);
        await store.revokeLease(one.id);
        assert.equal(await store.count(dir), 2);
        await store.revokeLease(two.id);
        assert.equal(await store.count(dir), 1);
      });

      it('may be numbered by who asks for them', async () => {
        const chosen = 1_000_000_007;
        const { id } = await store.grantLease(1000, chosen);
        assert.equal(id, chosen);
        await assert.rejects(store.grantLease(1000, chosen), LeaseExists);
        const other = await store.grantLease(1000);
        assert.notEqual(other.id, chosen);
        await store.revokeLease(chosen);
        await store.revokeLease(other.id);
      });

      it('must exist to be used', async () => {
        const key = `${directory()}a`;
        const { id } = await store.grantLease(1000);
        await store.revokeLease(id);
        await assert.rejects(put(key, '1', id), LeaseNotFound);
        await assert.rejects(store.keepLeaseAlive(id), LeaseNotFound);
        await assert.rejects(store.revokeLease(id), LeaseNotFound);
        assert.ok(!(await store.leases()).includes(id));
        assert.equal((await store.get(key)).item, undefined);
      });
    });

    it('without room refuses to write, goes on reading, and writes again when there is room', async (t) => {
      if (!lab.fill) return t.skip('this engine keeps no disk of its own');
      const dir = directory();
      const value = Buffer.alloc(100_000, 'x').toString();
      const makeRoom = await lab.fill();
      const acknowledged: string[] = [];
      let refused: unknown;
      for (let i = 0; i < 10_000 && !refused; i++) {
        await put(`${dir}${i}`, value).then(
          (item) => acknowledged.push(item.key),
          (e: unknown) => (refused = e),
        );
      }
      assert.ok(refused instanceof StoreFull, `refused with ${String(refused)}`);
      const { revision } = store;
      assert.equal(await store.count(dir), acknowledged.length);
      for (const key of acknowledged) assert.equal((await store.get(key)).item?.value.length, value.length);
      await assert.rejects(put(`${dir}again`, value), StoreFull);
      assert.equal(store.revision, revision);
      await makeRoom();
      const item = await put(`${dir}after`, value);
      assert.equal(item.modRevision, revision + 1);
      assert.equal(await store.count(dir), acknowledged.length + 1);
      for (const key of acknowledged) await drop(key);
    });

    it('agrees with a small model in any sequence of writes, reads and compactions', async () => {
      await sequencesAgreeWithModel(store, directory, lab.sequences ?? 100);
    });
  });
}

interface Numbers {
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: number;
}

/** Values of different engines are different kinds of byte array. */
function plain<T extends { readonly value: Uint8Array }>(item: T | undefined): object | undefined {
  return item && { ...item, value: text(item.value) };
}

/** A watch that collects what it hears. */
export function watching(store: StoreBackend, prefix: string, fromRevision: number, { slow = false } = {}) {
  const stop = new AbortController();
  const batches: StoreBatch[] = [];
  let wake = () => {};
  const ended = (async () => {
    for await (const batch of store.watch(prefix, { fromRevision, signal: stop.signal })) {
      batches.push(batch);
      wake();
      if (slow) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  ended.catch(() => {});
  return {
    batches,
    ended,
    /** Resolves when everything up to the revision has been told. */
    async until(revision: number): Promise<void> {
      while ((batches.at(-1)?.revision ?? 0) < revision) {
        await Promise.race([ended, new Promise<void>((resolve) => (wake = resolve))]);
      }
    },
    /** Each batch in a line, without the progress notices. */
    told(): string[] {
      return batches
        .filter((b) => b.events.length)
        .map(({ revision, events }) => {
          const told = events.map(({ type, key, item, prev }) => {
            const now = item ? `=${text(item.value)}` : '';
            return `${type} ${key.slice(prefix.length)}${now}${prev ? ` (${text(prev.value)})` : ''}`;
          });
          return `${revision}: ${told.join(', ')}`;
        });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stop.abort();
      await ended.catch(() => {});
    },
  };
}
