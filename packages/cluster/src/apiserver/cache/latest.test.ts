import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Latest } from './latest.ts';

test('lets go in the order of coming, as few as keep the bytes within bounds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (sizes) => {
      const most = 100;
      const gone: number[] = [];
      const latest = new Latest<number>(most, (one) => gone.push(one));
      for (const [i, size] of sizes.entries()) {
        latest.add(i, size);
        const kept = sizes.slice(gone.length, i + 1);
        const total = kept.reduce((sum, s) => sum + s, 0);
        assert.ok(total <= most || kept.length === 1);
        const before = gone.at(-1);
        if (before !== undefined) assert.ok(total + sizes[before]! > most);
      }
      assert.deepEqual(gone, [...gone.keys()]);
    }),
  );
});
