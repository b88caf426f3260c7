import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../compile.ts';
import { types } from '../types.ts';
import { baseEnv } from './base-env.ts';
import { kubernetesCosts } from './costs.ts';
import { estimateCost } from './static-cost.ts';

const env = baseEnv().extend({
  variables: [
    { name: 's', type: types.string },
    { name: 'l', type: types.list(types.int) },
  ],
});

/** Texts are up to 20 characters long, lists hold up to 5 of up to 10. */
const sizeAt = ([variable, ...path]: readonly string[]) =>
  ({ s: { min: 0, max: 20 }, l: path.length ? { min: 0, max: 10 } : { min: 0, max: 5 } })[variable!];

test('what evaluation may cost is known from the sizes of variables', () => {
  for (const [expression, min, max] of [
    ['1 + 1', 1, 1],
    ["s == 'abc'", 2, 2],
    ['s == s', 3, 4],
    ["s.contains('aaaaaaaaaa')", 1, 3],
    ["s.matches('^a')", 2, 4],
    ['l.all(i, i > 0)', 2, 27],
    ['l.map(i, i).size()', 13, 78],
    ['l.exists(i, l.exists(j, i == j))', 2, 207],
    ['l.sum()', 1, 6],
    ["s.find('a')", 2, 4],
  ] as const) {
    const { ast } = compile(env, expression);
    const cost = estimateCost(ast!, { sizeAt, estimate: kubernetesCosts });
    assert.deepEqual([expression, cost.min, cost.max], [expression, min, max]);
  }
});
