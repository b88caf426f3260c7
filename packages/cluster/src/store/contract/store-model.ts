import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Compare, Operation, StoreBackend, StoredItem } from '../backend.ts';
import { Compacted } from '../errors.ts';

type Step =
  | {
      readonly do: 'write';
      readonly compare: readonly Compare[];
      readonly success: Operation[];
      readonly failure: Operation[];
      /** How long ago its writer looked whether its keys are there. */
      readonly back: number;
    }
  | { readonly do: 'read'; readonly back: number; readonly limit: number }
  | { readonly do: 'compact'; readonly back: number };

const key = fc.constantFrom('a', 'a/b', 'ab', 'b', 'b/a');
const small = fc.nat(3);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('put' as const), key, value: fc.uint8Array({ maxLength: 4 }) }) },
  fc.record({ op: fc.constant('delete' as const), key }),
  fc.record({ op: fc.constant('get' as const), key }),
);
const operations = fc.uniqueArray(operation, { maxLength: 4, selector: (o) => o.key });
const compare: fc.Arbitrary<Compare> = fc.record({
  key,
  target: fc.constantFrom('version' as const, 'mod' as const, 'create' as const),
  is: fc.constantFrom('=' as const, '!=' as const, '<' as const, '>' as const),
  value: small,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      compare: fc.array(compare, { maxLength: 2 }),
      success: operations,
      failure: operations,
      back: fc.nat(6),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('read' as const), back: fc.nat(6), limit: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back: fc.nat(6) }) },
);

/** Every engine does what a list of whole copies, one per revision, would. */
export async function sequencesAgreeWithModel(
  store: StoreBackend,
  directory: () => string,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => agrees(store, directory(), steps)),
    { numRuns },
  );
}

type Items = ReadonlyMap<string, StoredItem>;

async function agrees(store: StoreBackend, dir: string, steps: readonly Step[]): Promise<void> {
  const base = store.revision;
  /** What there is under `dir` at each revision from `base` on. */
  const copies: Items[] = [new Map()];
  const latest = () => copies.at(-1)!;
  let compacted = store.compactedRevision;
  for (const s of steps) {
    if (s.do === 'compact') {
      const revision = Math.max(base, base + copies.length - 1 - s.back);
      await store.compact(revision);
      compacted = Math.max(compacted, revision);
      assert.equal(store.compactedRevision, compacted);
    } else if (s.do === 'read') {
      const revision = Math.max(base, base + copies.length - 1 - s.back);
      const read = store.list(dir, { revision, limit: s.limit });
      if (revision < compacted) await assert.rejects(read, Compacted);
      else {
        const want = sorted(copies[revision - base]!);
        const { items, more } = await read;
        assert.deepEqual(items.map(plain), want.slice(0, s.limit).map(plain));
        assert.equal(more, want.length > s.limit);
      }
    } else {
      const { transaction, result, next } = modelled(s, latest(), dir, base + copies.length);
      const seen = Math.max(0, copies.length - 1 - s.back);
      const keys = [...transaction.compare, ...transaction.success, ...transaction.failure].map((o) => o.key);
      const wereAbsent = keys.every((k) => !copies[seen]!.has(k));
      const got = await store.txn({ ...transaction, ...(wereAbsent && { absentAt: base + seen }) });
      if (next) copies.push(next);
      assert.equal(got.succeeded, result.succeeded);
      assert.equal(got.revision, base + copies.length - 1);
      assert.deepEqual(got.items.map(plain), result.items.map(plain));
    }
    assert.equal(await store.count(dir), latest().size);
  }
  await replays(store, dir, { base, compacted, copies });
}

/** A watch from the first revision that is left leads from copy to copy. */
async function replays(
  store: StoreBackend,
  dir: string,
  { base, compacted, copies }: { base: number; compacted: number; copies: readonly Items[] },
): Promise<void> {
  const start = Math.max(base, compacted);
  const last = base + copies.length - 1;
  const items = new Map(copies[start - base]);
  const stop = new AbortController();
  let at = start;
  for await (const batch of store.watch(dir, { fromRevision: start + 1, signal: stop.signal })) {
    if (batch.events.length) assert.equal(batch.revision, ++at);
    for (const { type, key: k, item, prev } of batch.events) {
      assert.deepEqual(plain(prev), plain(items.get(k)));
      assert.equal(type, item ? 'put' : 'delete');
      if (item) items.set(k, item);
      else items.delete(k);
    }
    assert.deepEqual(sorted(items).map(plain), sorted(copies[at - base]!).map(plain));
    if (batch.revision >= last) stop.abort();
  }
  assert.equal(at, last);
}

/** The simplest thing that could be right. */
function modelled(step: Extract<Step, { do: 'write' }>, before: Items, dir: string, revision: number) {
  const within = <T extends { readonly key: string }>(o: T): T => ({ ...o, key: dir + o.key });
  const transaction = {
    compare: step.compare.map(within),
    success: step.success.map(within),
    failure: step.failure.map(within),
  };
  const succeeded = transaction.compare.every(({ key: k, target, is, value }) => {
    const item = before.get(k);
    const have = !item
      ? 0
      : { version: item.version, mod: item.modRevision, create: item.createRevision }[target as 'mod'];
    return { '=': have === value, '!=': have !== value, '<': have < Number(value), '>': have > Number(value) }[is];
  });
  const after = new Map(before);
  let changed = false;
  const items = (succeeded ? transaction.success : transaction.failure).map((o) => {
    const was = after.get(o.key);
    if (o.op === 'get' || (o.op === 'delete' && !was)) return was;
    changed = true;
    if (o.op === 'delete') {
      after.delete(o.key);
      return was;
    }
    const { createRevision, version } = was ?? { createRevision: revision, version: 0 };
    const item = { key: o.key, value: o.value, createRevision, modRevision: revision, version: version + 1, lease: 0 };
    after.set(o.key, item);
    return item;
  });
  return { transaction, result: { succeeded, items }, next: changed ? after : undefined };
}

function sorted(items: Items): StoredItem[] {
  return [...items.values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

function plain(item: StoredItem | undefined): object | undefined {
  return item && { ...item, value: Buffer.from(item.value).toString('hex') };
}
