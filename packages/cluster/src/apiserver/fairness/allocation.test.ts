import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocate, type Claim } from './allocation.ts';

const claim = (target: number, lowest: number, highest: number): Claim => ({ target, lowest, highest });

test('what everybody gets', () => {
  const table: [sum: number, claims: Claim[], want: number[] | undefined, fraction?: number][] = [
    [10, [claim(1, 0, 10), claim(4, 0, 10)], [2, 8], 2],
    [10, [claim(1, 0, 10), claim(4, 0, 6)], [4, 6], 4],
    [10, [claim(1, 0, 10), claim(1, 1, 10), claim(4, 4, 10)], [10 / 6, 10 / 6, 40 / 6], 10 / 6],
    [5, [claim(4, 4, 10), claim(4, 0, 10)], [4, 1], 0.25],
    [4, [claim(3, 3, 9), claim(1, 1, 9)], [3, 1], 1],
    [18, [claim(3, 3, 9), claim(1, 1, 9)], [9, 9], 9],
    [6, [claim(0, 0, 10), claim(0, 0, 10)], [3, 3], 3000],
    [3, [claim(3, 3, 9), claim(1, 1, 9)], undefined],
    [19, [claim(3, 3, 9), claim(1, 1, 9)], undefined],
  ];
  for (const [sum, claims, want, fraction] of table) {
    const found = allocate(sum, claims);
    const name = `${sum} ${JSON.stringify(claims)}`;
    if (!want) assert.equal(found, undefined, name);
    else {
      for (const [i, part] of want.entries())
        assert.ok(Math.abs(found!.parts[i]! - part) < 1e-6, `${name} ${found!.parts.join()}`);
      if (fraction !== undefined) assert.ok(Math.abs(found!.fraction - fraction) < 1e-6, `${name} ${found!.fraction}`);
    }
  }
});

test('parts add up, keep to their bounds, and are the same fraction of their targets wherever no bound is in the way', () => {
  const claims = fc.array(
    fc
      .tuple(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 500 }),
        fc.float({ min: 0, max: 50, noNaN: true }),
      )
      .map(([lowest, more, above]) => claim(lowest + above, lowest, lowest + more)),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(claims, fc.float({ min: 0, max: 1, noNaN: true }), (all, at) => {
      const low = all.reduce((s, c) => s + c.lowest, 0);
      const high = all.reduce((s, c) => s + c.highest, 0);
      const sum = Math.round(low + at * (high - low));
      const { parts, fraction } = allocate(sum, all)!;
      assert.ok(Math.abs(parts.reduce((a, b) => a + b, 0) - sum) < 1e-4);
      for (const [i, c] of all.entries()) {
        const part = parts[i]!;
        const fair = fraction * Math.max(c.target, 0.001);
        assert.ok(part >= c.lowest && part <= c.highest);
        assert.ok(Math.abs(part - Math.max(c.lowest, Math.min(c.highest, fair))) < 1e-6);
      }
    }),
  );
});
