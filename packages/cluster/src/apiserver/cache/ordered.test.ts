import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from './entry.ts';
import { OrderedEntries } from './ordered.ts';

const entry = (key: string, revision = 0) => ({ key, revision }) as Entry;
const key = fc.tuple(fc.constantFrom('a', 'b', 'b-c'), fc.nat({ max: 1500 })).map(([ns, n]) => `/r/${ns}/${n}`);
const write = fc.record({ key, remove: fc.boolean() });

test('what was written is there in key order, and what was kept stays as it was', () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 3000, size: 'max' }), fc.nat({ max: 3000 }), (writes, keepAt) => {
      const entries = new OrderedEntries();
      const model = new Map<string, number>();
      let kept: { entries: OrderedEntries; model: Map<string, number> } | undefined;
      for (const [i, w] of writes.entries()) {
        if (i === keepAt) kept = { entries: entries.snapshot(), model: new Map(model) };
        if (w.remove) {
          entries.delete(w.key);
          model.delete(w.key);
        } else {
          entries.set(entry(w.key, i));
          model.set(w.key, i);
        }
      }
      agree(entries, model);
      if (kept) agree(kept.entries, kept.model);
    }),
    { numRuns: 30 },
  );
});

function agree(entries: OrderedEntries, model: ReadonlyMap<string, number>): void {
  for (const prefix of ['/r/', '/r/a/', '/r/b/', '/r/b-c/', '/r/none/']) {
    const want = [...model].filter(([k]) => k.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(
      [...entries.range(prefix)].map((e) => [e.key, e.revision]),
      want,
    );
    assert.equal(entries.count(prefix), want.length);
    const start = `${prefix}5`;
    const after = want.filter(([k]) => k >= start);
    assert.deepEqual(
      [...entries.range(prefix, start)].map((e) => e.key),
      after.map(([k]) => k),
    );
    assert.equal(entries.count(prefix, start), after.length);
  }
  assert.equal(entries.size, model.size);
}
